import type { ConfigSurroundings } from "../config/read-config.js";

/** What a command has of its process; tests and `main.ts` make one. */
export interface CliContext extends ConfigSurroundings {
  /** For results. */
  readonly out: (text: string) => void;
  /** For everything else. */
  readonly err: (text: string) => void;
  /** Aborted when the process is to end. */
  readonly signal: AbortSignal;
}
