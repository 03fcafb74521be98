/** Characters that turn the direction of what stands around them, or are not seen. */
const STEERING = /[\u061C\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/gu;
/** All other controls than tab and line feed. */
const CONTROLS = /(?![\t\n])\p{Cc}/gu;

/** A text of a machine's, in which nothing steers what is around it: such characters are named instead. */
export function harmless(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll(STEERING, named)
    .replaceAll(CONTROLS, (one) => (one === "\r" ? "\n" : named(one)));
}

/** The beginning of a text in one line, of so many characters at most. */
export function firstWords(text: string, most: number): string {
  // A message of a megabyte is cut before anything else is done with it.
  const line = harmless(text.slice(0, most * 4))
    .replaceAll(/\s+/gu, " ")
    .trim();
  if (line.length <= most && text.length <= most * 4) return line;
  // Not within a pair of surrogates.
  return `${line
    .slice(0, most)
    .replace(/[\uD800-\uDBFF]$/u, "")
    .trimEnd()} …`;
}

function named(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`;
}
