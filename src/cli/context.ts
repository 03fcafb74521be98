import type { ConfigSurroundings } from "../config/read-config.js";

/** What a command has of its process; tests and `main.ts` make one. */
export interface CliContext extends ConfigSurroundings {
  /** For results. */
  readonly out: (text: string) => void;
  /** For everything else. */
  readonly err: (text: string) => void;
  /** Asks the person at the terminal, without showing what is typed; undefined where nobody sits at one. */
  readonly askSecret: (question: string) => Promise<string> | undefined;
  /** All of the standard input. */
  readonly readInput: () => Promise<string>;
  /** Aborted when the process is to end. */
  readonly signal: AbortSignal;
}
