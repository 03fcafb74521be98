import { Hook_Condition } from "../../../gen/v1/config_pb.js";
import type { Operation, OperationBackup } from "../../../gen/v1/operations_pb.js";
import type { History } from "../history.js";
import type { PeerLog } from "../reaction.js";
import type { Profile, Workload } from "./profile.js";

export interface LogParts {
  readonly profile: Profile;
  readonly history: History;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** How long a machine keeps the log of what has ended. */
const KEPT_MS = 30 * 86_400_000;
/** Of the files of a backup, one in so many is named. */
const NAMED_EVERY = 100;

/**
 * The log of that name. It is kept nowhere: the same operation gives the same log. Undefined when no operation names it,
 * and when it would be too old by now.
 */
export function simulatedLog({ profile, history, now }: LogParts, logId: string): PeerLog | undefined {
  const operation = history.all().find((each) => each.logref === logId || outputOf(each) === logId);
  if (logId === "" || operation === undefined) return undefined;
  const { id, unixTimeStartMs, unixTimeEndMs } = operation;
  const keptUntilMs = Number(unixTimeEndMs === 0n ? unixTimeStartMs : unixTimeEndMs) + KEPT_MS;
  if (keptUntilMs <= now()) return undefined;
  const content = Buffer.from(`${[...linesOf(operation, profile)].join("\n")}\n`);
  return { content, ownerOpid: id, expirationTsUnix: BigInt(Math.floor(keptUntilMs / 1_000)) };
}

function outputOf({ op }: Operation): string | undefined {
  switch (op.case) {
    case "operationPrune":
    case "operationCheck":
    case "operationRunHook":
      return op.value.outputLogref;
    default:
      return undefined;
  }
}

function* linesOf(operation: Operation, profile: Profile): Generator<string> {
  const { op, unixTimeStartMs, unixTimeEndMs, displayMessage, planId, repoId, repoGuid } = operation;
  const workload = profile.workloads.find((each) => each.planId === planId && each.repoGuid === repoGuid);
  const at = (ms: bigint) => new Date(Number(ms)).toISOString();
  switch (op.case) {
    case "operationBackup":
      yield `${at(unixTimeStartMs)} restic -r ${repoId} backup --json --tag plan:${planId}`;
      if (workload !== undefined) yield* backupLines(op.value, workload);
      break;
    case "operationPrune":
      yield `${at(unixTimeStartMs)} restic -r ${repoId} prune --max-unused 10%`;
      yield "loading indexes...\nfinding data that is still in use\nremoving old packs";
      break;
    case "operationCheck":
      yield `${at(unixTimeStartMs)} restic -r ${repoId} check`;
      yield "create exclusive lock for repository\ncheck all packs\ncheck snapshots, trees and blobs";
      break;
    case "operationRunHook":
      yield `${at(unixTimeStartMs)} hook ${op.value.name} on CONDITION_${Hook_Condition[op.value.condition]}`;
      yield "POST https://gotify.example.org/message: 200 OK";
      break;
    default:
  }
  if (displayMessage !== "") yield displayMessage;
  if (unixTimeEndMs > 0n) yield `${at(unixTimeEndMs)} ended`;
}

function* backupLines({ lastStatus, errors }: OperationBackup, { paths }: Workload): Generator<string> {
  const entry = lastStatus?.entry;
  const files = Number(
    entry?.case === "summary" ? entry.value.totalFilesProcessed : entry?.case === "status" ? entry.value.filesDone : 0n,
  );
  for (let file = 0; file < files; file += NAMED_EVERY) yield `unchanged ${paths[0] ?? ""}/file-${file}`;
  for (const { item, message } of errors) yield `error: ${item}: ${message}`;
  if (entry?.case === "summary") yield `snapshot ${entry.value.snapshotId} saved`;
}
