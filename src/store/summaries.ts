import type { OperationStatus } from "../../gen/v1/operations_pb.js";

/** The newest operations of a group that are looked at for its figures. */
export const SUMMARISED_OPERATIONS = 5_000;

/** One backup, as far as figures need it. Times in unix milliseconds, sizes in bytes. */
export interface BackupFigures {
  readonly flowId: bigint;
  readonly startMs: number;
  /** 0 while it has not ended. */
  readonly endMs: number;
  readonly status: OperationStatus;
  readonly bytesAdded: number;
  readonly bytesScanned: number;
}

/** What a peer did for one plan on one repo, out of its newest operations there. */
export interface GroupFigures {
  readonly planId: string;
  readonly repoId: string;
  readonly repoGuid: string;
  /** The newest first; planned ones included. */
  readonly backups: readonly BackupFigures[];
  /** Snapshots that are still in the repo, as far as the peer told. */
  readonly snapshots: number;
}

/** The part of the store that counts. */
export interface SummaryStore {
  /** Figures of everything that a peer did itself, a group for each plan and repo. */
  summarisePeer(peerId: number): Promise<GroupFigures[]>;
}
