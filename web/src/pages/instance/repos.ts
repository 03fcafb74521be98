import type { Repo } from "../../../../gen/v1/config_pb.js";
import { type Operation, OperationStatus } from "../../../../gen/v1/operations_pb.js";
import type { PeerState } from "../../../../gen/v1sync/syncservice_pb.js";

/** A repo of a machine, as far as it tells. */
export interface RepoFacts {
  readonly id: string;
  /** "rest-server", "Backblaze B2"; empty where its configuration is not shown. */
  readonly kind: string;
  /** The hub that shared it; empty for one of its own, undefined where that is not known. */
  readonly sharedBy: string | undefined;
  /** As of the newest measurement. */
  readonly snapshots: number | undefined;
  readonly bytes: number | undefined;
  readonly checkedMs: number | undefined;
  readonly prunedMs: number | undefined;
}

export interface SizePoint {
  readonly atMs: number;
  readonly bytes: number;
}

const KINDS: readonly (readonly [prefix: string, kind: string])[] = [
  ["rest:", "rest-server"],
  ["s3:", "S3"],
  ["b2:", "Backblaze B2"],
  ["sftp:", "SFTP"],
  ["azure:", "Azure"],
  ["gs:", "Google Cloud Storage"],
  ["swift:", "Swift"],
  ["rclone:", "rclone"],
];

/** What a repo lies on, by the way its address begins. */
export function kindOf(uri: string): string {
  if (uri === "") return "";
  return KINDS.find(([prefix]) => uri.startsWith(prefix))?.[1] ?? "local disk";
}

/** All repos that a machine names, shows or has sent operations of. @param operations the newest first */
export function reposOf(
  state: PeerState | undefined,
  used: Iterable<string>,
  operations: readonly Operation[],
): RepoFacts[] {
  const shown = new Map(state?.remoteConfig?.repos.map((repo) => [repo.id, repo]));
  const ids = new Set([
    ...shown.keys(),
    ...(state?.knownRepos.map(({ id }) => id) ?? []),
    ...[...used].filter((id) => id !== ""),
  ]);
  return [...ids].toSorted().map((id) => factsOf(id, shown.get(id), operations));
}

function factsOf(id: string, repo: Repo | undefined, operations: readonly Operation[]): RepoFacts {
  const own = operations.filter(({ repoId, repoGuid }) => repoId === id || (repo?.guid && repo.guid === repoGuid));
  const last = (kind: Operation["op"]["case"]) => own.find(({ op, status }) => op.case === kind && isGood(status));
  const stats = last("operationStats")?.op;
  const measured = stats?.case === "operationStats" ? stats.value.stats : undefined;
  return {
    id,
    kind: kindOf(repo?.uri ?? ""),
    sharedBy: repo?.originInstanceId,
    snapshots: measured === undefined ? undefined : Number(measured.snapshotCount),
    bytes: measured === undefined ? undefined : Number(measured.totalSize),
    checkedMs: endOf(last("operationCheck")),
    prunedMs: endOf(last("operationPrune")),
  };
}

/** The sizes of a repo, the oldest first. */
export function sizesOf(repoId: string, operations: readonly Operation[], sinceMs: number): SizePoint[] {
  return operations
    .flatMap((operation) => {
      const { op, status } = operation;
      const atMs = endOf(operation) ?? 0;
      if (op.case !== "operationStats" || op.value.stats === undefined || !isGood(status)) return [];
      if (operation.repoId !== repoId || atMs < sinceMs) return [];
      return [{ atMs, bytes: Number(op.value.stats.totalSize) }];
    })
    .toSorted((a, b) => a.atMs - b.atMs);
}

function endOf(operation: Operation | undefined): number | undefined {
  if (operation === undefined) return undefined;
  return Number(operation.unixTimeEndMs === 0n ? operation.unixTimeStartMs : operation.unixTimeEndMs);
}

function isGood(status: OperationStatus): boolean {
  return status === OperationStatus.STATUS_SUCCESS || status === OperationStatus.STATUS_WARNING;
}
