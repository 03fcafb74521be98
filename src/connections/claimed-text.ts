/** The most characters of a text of somebody whom nobody has checked. */
export const MAX_CLAIMED_TEXT = 128;

// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * A stranger's text as it may be kept and shown anywhere: cut, and with what steers a terminal, hides or turns text
 * around written out as \u{202e}.
 */
export function claimedText(text: string, maxLength = MAX_CLAIMED_TEXT): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  const escape = (character: string) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  return cut.replace(LONE_SURROGATE, "\ufffd").replace(UNSAFE, escape);
}
