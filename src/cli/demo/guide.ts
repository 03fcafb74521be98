import { openAt, type BannerParts } from "../banner.js";
import { isEnrolled, type Role } from "./cast.js";
import { PASSWORD } from "./staff.js";

export interface GuideParts {
  readonly cast: readonly Role[];
  /** How many there are, or are to come. */
  readonly machines: number;
  /** The key id of the machine that waits for approval. */
  readonly waiting: string;
  readonly stays: boolean;
}

/** What to look at, for a person who has just started the demo; no longer than a screen. */
export function guide(
  { url, version, directory }: BannerParts,
  { cast, machines, waiting, stays }: GuideParts,
): string {
  const { directory: path } = directory.paths;
  const dataDir = `--data-dir ${path}`;
  const told = cast.filter(({ story }) => story !== undefined);
  const width = Math.max(...told.map(({ instanceId }) => instanceId.length));
  return [
    `Backrest Hub ${version} with a fleet that is not real. Open it in a browser:`,
    "",
    ...openAt(url).map((line) => `    ${line}`),
    "",
    `Sign in as ada (an admin; ole is an operator, vera a viewer) with the password ${PASSWORD}`,
    "",
    machines === cast.filter(isEnrolled).length
      ? `${machines} machines with a year of history, of which these have something to tell:`
      : `${machines} machines within a minute, of which these have a year of history and something to tell:`,
    ...told.map(({ instanceId, story = "" }) => `  ${instanceId.padEnd(width)}  ${story}`),
    "",
    "Or look at it from another terminal, and let the kiosk in:",
    `  npx backrest-hub fleet ${dataDir}`,
    `  npx backrest-hub peers approve ${waiting} ${dataDir}`,
    "",
    stays ? `Ctrl+C ends it; its data stays in ${path}.` : "Ctrl+C ends it, and its data goes away with it.",
    "",
  ].join("\n");
}
