/** One of what can be chosen. */
export interface Option {
  readonly value: string;
  readonly word: string;
}
