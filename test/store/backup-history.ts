import { DatabaseSync } from "node:sqlite";
import { fromBinary } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import { OperationSchema, OperationStatus } from "../../gen/v1/operations_pb.js";
import { type DayCell, DAY_MS, DayCells } from "../../src/store/day-cells.js";
import type { PlanDays, PlanRuns } from "../../src/store/fleet.js";

export const FIRST_DAY = 19_000;
export const LAST_DAY = 19_099;

const { STATUS_PENDING, STATUS_INPROGRESS, STATUS_SUCCESS, STATUS_WARNING, STATUS_ERROR, STATUS_USER_CANCELLED } =
  OperationStatus;

/** What a machine says of one of its operations. */
export const steps = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("put" as const),
      id: fc.bigInt({ min: 1n, max: 12n }),
      status: fc.constantFrom(
        STATUS_PENDING,
        STATUS_INPROGRESS,
        STATUS_SUCCESS,
        STATUS_WARNING,
        STATUS_ERROR,
        STATUS_USER_CANCELLED,
      ),
      quarterDay: fc.integer({ min: -2, max: 40 }),
      plan: fc.constantFrom("home", "photos"),
      repo: fc.constantFrom("nas", "offsite"),
      own: fc.constantFrom(true, true, true, false),
      dryRun: fc.constantFrom(false, false, false, true),
      bytes: fc.constantFrom(0n, 5n, 1n << 40n),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), id: fc.bigInt({ min: 1n, max: 12n }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("empty-full-pass" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("clear-at-the-hub" as const) }) },
);

export type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

interface Row {
  readonly id: bigint;
  readonly removed: boolean;
  readonly planId: string;
  readonly status: OperationStatus;
  readonly startMs: number;
  readonly endMs: number;
  readonly bytes: number;
  /** Of one that told how far it is. */
  readonly part?: number;
  readonly message: string;
}

/** The peer's own backups, as the table of operations has them, read without the code under test. */
export function ownBackups(file: string, peer: { readonly peerId: number; readonly instanceId: string }): Row[] {
  const db = new DatabaseSync(file, { readOnly: true, readBigInts: true });
  try {
    const rows = db
      .prepare("SELECT id, removed_as, body FROM operations WHERE peer_id = ? ORDER BY id")
      .all(peer.peerId);
    return rows.flatMap(({ id, removed_as: removedAs, body }) => {
      if (!(body instanceof Uint8Array) || typeof id !== "bigint") throw new Error("no row of operations");
      const operation = fromBinary(OperationSchema, body);
      const { op, unixTimeStartMs, unixTimeEndMs } = operation;
      if (op.case !== "operationBackup" || operation.instanceId !== peer.instanceId || unixTimeStartMs <= 0n) return [];
      const ended = ![STATUS_PENDING, STATUS_INPROGRESS].includes(operation.status);
      if (ended ? op.value.dryRun : removedAs !== 0n) return [];
      const entry = op.value.lastStatus?.entry;
      return [
        {
          id,
          removed: removedAs !== 0n,
          planId: operation.planId,
          status: operation.status,
          startMs: Number(unixTimeStartMs),
          endMs: Number(unixTimeEndMs),
          bytes: entry?.case === "summary" ? Number(entry.value.dataAdded) : 0,
          ...(entry?.case === "status" ? { part: entry.value.percentDone } : {}),
          message: operation.displayMessage,
        },
      ];
    });
  } finally {
    db.close();
  }
}

const isGood = ({ status }: Row) => status === STATUS_SUCCESS || status === STATUS_WARNING;
const isFailed = ({ status }: Row) => status === STATUS_ERROR;
const byStart = (a: Row, b: Row) => a.startMs - b.startMs || Number(a.id - b.id);

/** What must be said of one plan, counted from all of its backups. */
export function expectedRuns(rows: readonly Row[], planId: string): Omit<PlanRuns, "peerId" | "repoId"> | undefined {
  const own = rows.filter((row) => row.planId === planId).sort(byStart);
  const good = own.filter(isGood);
  const failed = own.filter(isFailed);
  const running = own.findLast(({ status }) => status === STATUS_INPROGRESS);
  const planned = own.findLast(({ status }) => status === STATUS_PENDING);
  if (good.length + failed.length === 0 && running === undefined && planned === undefined) return undefined;
  const since = failed.filter(({ startMs }) => startMs > (good.at(-1)?.startMs ?? 0));
  const failure = failed.at(-1);
  return {
    planId,
    good: good.slice(-64).map((row) => ({
      ...endOf(row),
      warning: row.status === STATUS_WARNING,
      bytesAdded: BigInt(row.bytes),
    })),
    failuresSince: since.length,
    ...(failure === undefined
      ? {}
      : { lastFailure: { ...endOf(failure), message: since.length > 0 ? failure.message : "" } }),
    ...(since[0] === undefined ? {} : { failingSinceMs: since[0].startMs }),
    ...(running === undefined ? {} : { running: runningOf(running) }),
    ...(planned === undefined ? {} : { plannedMs: planned.startMs }),
  };
}

function runningOf({ id, startMs, part }: Row): NonNullable<PlanRuns["running"]> {
  const none = { bytesDone: 0n, totalBytes: 0n, filesDone: 0n, totalFiles: 0n };
  return {
    operationId: id,
    startMs,
    ...(part === undefined ? {} : { progress: { operationId: id, fractionDone: part, ...none } }),
  };
}

function endOf({ id, startMs, endMs }: Row) {
  return { operationId: id, startMs, endMs };
}

/** The cells that are not empty, by day. */
export function expectedDays(rows: readonly Row[], planId: string): Record<number, DayCell> {
  const cells: Record<number, DayCell> = {};
  const own = rows.filter((row) => row.planId === planId && (isGood(row) || isFailed(row)));
  for (const [day, runs] of Map.groupBy(own, ({ startMs }) => Math.floor(startMs / DAY_MS))) {
    if (day < FIRST_DAY || day > LAST_DAY) continue;
    const lastStartMs = Math.max(...runs.map(({ startMs }) => startMs));
    const last = runs.filter(({ startMs }) => startMs === lastStartMs);
    const warned = last.some(({ status }) => status === STATUS_WARNING);
    cells[day] = {
      result: last.some(isFailed) ? "failed" : warned ? "warning" : "ok",
      lastStartMs,
      ok: runs.filter(({ status }) => status === STATUS_SUCCESS).length,
      warnings: runs.filter(({ status }) => status === STATUS_WARNING).length,
      failed: runs.filter(isFailed).length,
      bytesAdded: runs.filter(isGood).reduce((sum, { bytes }) => sum + bytes, 0),
      durationMs: runs.reduce((sum, { startMs, endMs }) => sum + Math.max(0, endMs - startMs), 0),
    };
  }
  return cells;
}

export function filledCells({ cells }: Pick<PlanDays, "cells">): Record<number, DayCell> {
  const all = new DayCells(cells);
  const filled: Record<number, DayCell> = {};
  for (let n = 0; n < all.length; n++) {
    const cell = all.get(n);
    if (cell.ok + cell.warnings + cell.failed > 0) filled[FIRST_DAY + n] = cell;
  }
  return filled;
}
