const NUMERIC = /^[ \t-\r]*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[ \t-\r]*$/iu;
const KEEPS_ITS_TEXT = /^(0|-?[1-9]\d{0,17})$/u;

/** Whether SQLite, where a column prefers numbers, may give a text back as another one: `007` as `7`, `1e3` as `1000`. */
export function isAltered(text: string): boolean {
  return NUMERIC.test(text) && !KEEPS_ITS_TEXT.test(text);
}
