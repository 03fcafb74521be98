/** A name within a text that is no element: whatever direction it is written in, the text around it keeps its own. */
export function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}
