/** The most of a machine's words in an error that is shown. */
const MOST = 300;

/** An error of the page's own, in a line. */
export function errorLine(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}

/** The first places of a stack of components, without the addresses of files: what a report needs. */
export function placesOf(componentStack: string): string {
  return componentStack
    .split("\n")
    .map((line) =>
      line
        .trim()
        .replace(/^at /u, "")
        .replace(/\s*\(.*$/u, ""),
    )
    .filter((name) => name !== "")
    .slice(0, 6)
    .join(" < ");
}
