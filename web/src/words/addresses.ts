/** What is left as it is by a reader who decodes it once. */
export function keptEncoded(part: string): string {
  return part.replaceAll("%", "%25");
}

/** The name in a step of an address; undefined where it is not well encoded, which no link of this page is. */
export function nameIn(step: string): string | undefined {
  try {
    return decodeURIComponent(step);
  } catch {
    return undefined;
  }
}

/** The address of a page as a machine would dial it: without the slash at its end. */
export function addressOf(root: string): string {
  return root.replace(/\/+$/u, "");
}
