/** The reader's language and time zone. */
export interface Where {
  /** A language tag, as "de-AT"; undefined is the program's own. */
  readonly locale?: string | undefined;
  /** An IANA name, as "Europe/Vienna"; undefined is the program's own. */
  readonly timeZone?: string | undefined;
}

/** The browser's own. */
export const HERE: Where = {};
