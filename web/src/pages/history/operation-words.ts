import { Hook_Condition } from "../../../../gen/v1/config_pb.js";
import { type Operation, OperationStatus } from "../../../../gen/v1/operations_pb.js";
import { firstWords } from "../../words/harmless.js";
import { count, many, percent, size } from "../../words/sizes.js";
import { span } from "../../words/times.js";
import { kindOf } from "./kinds.js";
import { LEFT_RUNNING, resultOf } from "./results.js";

const LINE = 160;
const NAME = 80;
/** Backrest's own names for "no plan". */
const NO_PLANS: readonly string[] = ["", "_system_", "_unassociated_"];

export function kindWord(operation: Operation): string {
  return kindOf(operation)?.word ?? "Operation";
}

/**
 * "Backup failed".
 * @param gone its machine has left: what ran then may have ended since
 */
export function headline(operation: Operation, gone = false): string {
  const left = gone && operation.status === OperationStatus.STATUS_INPROGRESS;
  return `${kindWord(operation)}${(left ? LEFT_RUNNING : resultOf(operation.status)).headline}`;
}

export function planOf({ planId }: Operation): string | undefined {
  return NO_PLANS.includes(planId) ? undefined : firstWords(planId, NAME);
}

/** What it was done with: "documents to vault", "of vault". */
export function objectOf(operation: Operation): string {
  const plan = planOf(operation);
  const repo = operation.repoId === "" ? undefined : firstWords(operation.repoId, NAME);
  const { op } = operation;
  if (op.case === "operationRunHook") {
    return [op.value.name === "" ? undefined : firstWords(op.value.name, NAME), plan && `of ${plan}`]
      .filter((part) => part !== undefined)
      .join(" ");
  }
  if (op.case === "operationBackup" && plan !== undefined) return repo === undefined ? plan : `${plan} to ${repo}`;
  if (plan === undefined) return repo === undefined ? "" : `of ${repo}`;
  return repo === undefined ? `of ${plan}` : `of ${plan} in ${repo}`;
}

/** The second line of a row: what went wrong, how far it is, or what came of it; empty where there is nothing to say. */
export function lineOf(operation: Operation, nowMs: number): string {
  const { status, displayMessage } = operation;
  if (status === OperationStatus.STATUS_INPROGRESS) return progressWords(operation, nowMs);
  const outcome = outcomeOf(operation);
  if (displayMessage.trim() === "") return outcome;
  if (status === OperationStatus.STATUS_SUCCESS && outcome !== "") return outcome;
  return causeOf(displayMessage);
}

/** What stands before the cause in what Backrest says of a command that failed. */
const BEFORE = /^command "[^"]{0,80}" failed: (?:exit status \d{1,3}: )?(?:Fatal: )?/u;

/** The part of an error that says why, in one line. */
export function causeOf(displayMessage: string): string {
  const words = firstWords(displayMessage, LINE + 100);
  const cause = words.replace(BEFORE, "");
  return cause === "" ? words : firstWords(cause, LINE);
}

function outcomeOf({ op, status }: Operation): string {
  const done = status === OperationStatus.STATUS_SUCCESS;
  switch (op.case) {
    case "operationBackup": {
      const { errors, dryRun } = op.value;
      const unread = errors.length === 0 ? "" : `${many(errors.length, "file")} could not be read`;
      return [dryRun ? "a dry run: nothing was written" : "", unread].filter((part) => part !== "").join("; ");
    }
    case "operationForget":
      if (!done) return "";
      return op.value.forget.length === 0 ? "nothing to drop" : `dropped ${many(op.value.forget.length, "snapshot")}`;
    case "operationIndexSnapshot": {
      const id = op.value.snapshot?.id ?? "";
      const name = id === "" ? "" : shortId(id);
      return op.value.forgot ? `${name}, no longer in the repo` : name;
    }
    case "operationRestore": {
      const { path, target } = op.value;
      return path === "" ? "" : `${firstWords(path, NAME)} to ${firstWords(target, NAME)}`;
    }
    case "operationStats": {
      const { stats } = op.value;
      return stats === undefined ? "" : `${size(stats.totalSize)} in ${many(Number(stats.snapshotCount), "snapshot")}`;
    }
    case "operationCheck":
      return done ? "no errors were found" : "";
    case "operationRunHook":
      return conditionWords(op.value.condition);
    case "operationRunCommand":
      return firstWords(op.value.command, LINE);
    default:
      return "";
  }
}

/** As restic shows them. */
export function shortId(snapshotId: string): string {
  return firstWords(snapshotId.slice(0, 8), 8);
}

/** "on snapshot error"; empty for what a newer machine may say. */
export function conditionWords(condition: Hook_Condition): string {
  const name: string | undefined = Hook_Condition[condition];
  return name === undefined || condition === Hook_Condition.UNKNOWN
    ? ""
    : `on ${name.replaceAll("_", " ").toLowerCase()}`;
}

/** From 0 to 1; undefined where nothing says how far it is. */
export function fractionOf({ op }: Operation): number | undefined {
  if (op.case === "operationRestore") return op.value.lastStatus?.percentDone;
  const entry = op.case === "operationBackup" ? op.value.lastStatus?.entry : undefined;
  return entry?.case === "status" ? entry.value.percentDone : undefined;
}

/** "62 %, about 12 min left". */
export function progressWords(operation: Operation, nowMs: number): string {
  const fraction = fractionOf(operation);
  if (fraction === undefined) return "";
  const elapsedMs = nowMs - Number(operation.unixTimeStartMs);
  const leftMs = (elapsedMs / fraction) * (1 - fraction);
  // At its beginning a backup says little of its end.
  const left = !(fraction >= 0.05) || fraction >= 1 || elapsedMs < 5_000 ? "" : `, about ${span(leftMs)} left`;
  return `${percent(fraction)}${left}`;
}

/** In milliseconds; of what runs, so far. Undefined where nothing says it. */
export function tookMs(operation: Operation, nowMs: number): number | undefined {
  const startMs = Number(operation.unixTimeStartMs);
  if (operation.status === OperationStatus.STATUS_INPROGRESS) return Math.max(0, nowMs - startMs);
  if (operation.status === OperationStatus.STATUS_PENDING || operation.unixTimeEndMs === 0n) return undefined;
  return Math.max(0, Number(operation.unixTimeEndMs) - startMs);
}

/** Bytes that a backup wrote, or has read so far. */
export function addedBytes({ op, status }: Operation): bigint | undefined {
  const entry = op.case === "operationBackup" ? op.value.lastStatus?.entry : undefined;
  if (entry?.case === "summary") return entry.value.dataAdded;
  const runs = status === OperationStatus.STATUS_INPROGRESS;
  return runs && entry?.case === "status" ? entry.value.bytesDone : undefined;
}

/** "41 new, 12 changed, 18,204 unmodified". */
export function filesWords(files: Files): string {
  return `${count(files.filesNew)} new, ${count(files.filesChanged)} changed, ${count(files.filesUnmodified)} unmodified`;
}

export interface Files {
  readonly filesNew: bigint;
  readonly filesChanged: bigint;
  readonly filesUnmodified: bigint;
}
