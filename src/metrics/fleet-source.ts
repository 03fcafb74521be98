import type { Verdict } from "../fleet/verdicts.js";

/** What `/metrics` says of one plan of one machine. */
export interface FleetRow {
  readonly instance: string;
  readonly plan: string;
  readonly repo: string;
  /** Absent when there was none yet. */
  readonly lastSuccessMs?: number | undefined;
  readonly lastRunMs?: number | undefined;
  readonly verdict: Verdict;
  /** An operator knows of it and wants no alert for now. */
  readonly snoozed: boolean;
  /** Failed runs since the last success. */
  readonly failuresSince: number;
  /** Of the last run that ended. */
  readonly durationMs?: number | undefined;
  readonly bytesAdded?: number | undefined;
}

/** Whoever judges the fleet; asked once a scrape, so that it must not be more work than handing out what it has. */
export type FleetSource = () => readonly FleetRow[];
