/** What the hub says in answer to a call, as a sentence of its own: its first letter large, a full stop at its end. */
export function asSentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") return "";
  const first = trimmed[0] ?? "";
  // What begins with a name or a command is left as it is.
  const whole = /^[a-z]+(?:[\s,;:]|$)/u.test(trimmed) ? first.toUpperCase() + trimmed.slice(1) : trimmed;
  return /[.!?…]$/u.test(whole) ? whole : `${whole}.`;
}

const CONFIRM = /; then say so here: `[^`]*`$/u;

/** Whether the words say that a machine does not allow something, or that nobody has said that it does. */
export function isAboutGrant(text: string): boolean {
  return CONFIRM.test(text);
}

/** What is to be done on the machine, without why. */
export function cureOf(text: string): string {
  const at = text.indexOf("On that machine");
  return at < 0 ? "" : asSentence(withoutCommand(text.slice(at)));
}

/** Without the command that says the same: the page has a button for it. */
export function withoutCommand(text: string): string {
  return text.replace(CONFIRM, "");
}
