/** A backup that came to its end. */
export interface EndedRun {
  /** The hub's id of the operation. */
  readonly operationId: bigint;
  readonly startMs: number;
  readonly endMs: number;
}

export interface GoodRun extends EndedRun {
  /** Some files could not be read. */
  readonly warning: boolean;
  /** What it added to its repo, as restic says; int64. */
  readonly bytesAdded: bigint;
}

/** How far a backup is that runs, as its machine last told; sizes in bytes. */
export interface BackupProgress {
  /** The hub's id of the operation. */
  readonly operationId: bigint;
  /** 0 to 1. */
  readonly fractionDone: number;
  readonly bytesDone: bigint;
  readonly totalBytes: bigint;
  readonly filesDone: bigint;
  readonly totalFiles: bigint;
}

/**
 * The backups of one plan of a peer's own, over all repos that it went to. A backup that the peer or the hub removed
 * counts all the same once it has ended: it happened. Dry runs and cancelled ones are none.
 */
export interface PlanRuns {
  readonly peerId: number;
  readonly planId: string;
  /** Of its newest backup. */
  readonly repoId: string;
  /** The newest {@link MAX_GOOD_RUNS}, oldest first, by start. */
  readonly good: readonly GoodRun[];
  /** What the machine says is read only while no good one came after it. */
  readonly lastFailure?: EndedRun & { readonly message: string };
  /** Failures that began after the last good one, counted up to {@link MAX_COUNTED_FAILURES}. */
  readonly failuresSince: number;
  /** Of those the first. */
  readonly failingSinceMs?: number;
  /** One that has begun and not ended, as far as the peer has told. */
  readonly running?: {
    readonly operationId: bigint;
    readonly startMs: number;
    readonly progress?: BackupProgress;
  };
  /** When the peer itself means to begin the next one, in Unix milliseconds. */
  readonly plannedMs?: number;
}

export const MAX_GOOD_RUNS = 64;
export const MAX_COUNTED_FAILURES = 1_000;

/** Days, each of 24 h in UTC, of one plan of a peer's own. */
export interface PlanDays {
  readonly peerId: number;
  readonly planId: string;
  /** A cell for each day that was asked for, in the form of {@link DayCells}. */
  readonly cells: Uint8Array<ArrayBuffer>;
  /** The first day with a backup that ended, in days since 1970, or the first one that was asked for if that is later. */
  readonly firstDay: number;
}

export interface DaysQuery {
  /** Absent: all peers that are not removed. */
  readonly peerIds?: readonly number[];
  /** Days since 1970, UTC. */
  readonly firstDay: number;
  readonly lastDay: number;
}

/** What the operator said of a machine's health. */
export interface HealthSettings {
  /** A machine that is often off, such as a laptop. */
  readonly notAlwaysOn: boolean;
  /** How late a backup may be; absent: by the plan's own period. */
  readonly graceMs?: number;
  /** The longest that a plan may be without a backup where nothing else says when one is due. */
  readonly limitMs?: number;
  readonly snoozedUntilMs?: number;
  readonly ignored: boolean;
}

export const DEFAULT_HEALTH_SETTINGS: HealthSettings = { notAlwaysOn: false, ignored: false };

/** What verdicts are made from; a part of the {@link Store}. */
export interface FleetStore {
  /** The backups of every plan of these peers, of all that are not removed where none are named. */
  readBackups(peerIds?: readonly number[]): Promise<PlanRuns[]>;
  /** Days with backups, of peers that are not removed. Plans without any in this time are left out. */
  readDays(query: DaysQuery): Promise<PlanDays[]>;
  /** By peer; who is not in it has {@link DEFAULT_HEALTH_SETTINGS}. */
  readHealthSettings(): Promise<Map<number, HealthSettings>>;
  /** Keeps them all, committed so that a power cut cannot take them back. Errors: `not_found`. */
  saveHealthSettings(peerId: number, settings: HealthSettings): Promise<void>;
}
