import type { RetryGeneration } from "../../client/retry-policy.js";

/** How a machine of the demo does. */
export type Part =
  | "steady"
  | "failing"
  | "stopped"
  | "flapping"
  | "wrong-clock"
  | "unknown"
  | "never"
  | "away"
  | "paused";

export interface Role {
  readonly instanceId: string;
  readonly part: Part;
  /** The current one by default, which most machines speak. */
  readonly generation?: RetryGeneration;
  /** Its backups take long enough to be watched, and hardly one ends before the next begins. */
  readonly busy?: true;
}

/** Fifteen machines: most of them are well, and one of each trouble that an operator has. */
export const CAST: readonly Role[] = [
  { instanceId: "anna-laptop", part: "steady" },
  { instanceId: "ben-desktop", part: "steady" },
  { instanceId: "office-nas", part: "steady", generation: "seed" },
  { instanceId: "web-1", part: "steady" },
  { instanceId: "web-2", part: "steady" },
  { instanceId: "mail", part: "steady" },
  { instanceId: "database", part: "steady", busy: true },
  { instanceId: "build-server", part: "failing" },
  { instanceId: "old-macbook", part: "stopped", generation: "seed" },
  { instanceId: "new-server", part: "never" },
  { instanceId: "weekend-laptop", part: "away", generation: "seed" },
  { instanceId: "print-server", part: "paused" },
  { instanceId: "train-tablet", part: "flapping" },
  { instanceId: "cellar-pi", part: "wrong-clock", generation: "seed" },
  { instanceId: "newcomer", part: "unknown" },
];

/** What a person sees of it, and why. */
export const PARTS: Readonly<Record<Part, string>> = {
  steady: "backs up and is connected",
  failing: "is connected, and its backups have failed for ten days",
  stopped: "was connected once and is gone; its last backup is 23 days old",
  never: "is connected, and none of its backups has ever succeeded",
  away: 'is often off: it was here three days ago, and the operator has marked it "not always on"',
  paused: "is connected, and the schedules of its plans are off",
  flapping: "loses its connection every few seconds and comes back",
  "wrong-clock": "is two hours ahead and refused: it never connects, and `connections refused` says why",
  unknown: "knocks, and waits for approval",
};
