import type { DatabaseSync } from "node:sqlite";
import { CELL_BYTES, DAY_MS, DayCells } from "../day-cells.js";
import {
  type DaysQuery,
  type EndedRun,
  type GoodRun,
  MAX_COUNTED_FAILURES,
  MAX_GOOD_RUNS,
  type PlanDays,
  type PlanRuns,
} from "../fleet.js";
import { BLOCK_DAYS } from "./backup-days.js";
import { displayMessage } from "./backup-figures.js";
import { backupProgress } from "./backup-progress.js";
import { type OwnGroup, OwnGroups } from "./own-groups.js";
import { FAILED, GOOD, OPEN, STATUS_INPROGRESS, STATUS_WARNING } from "./run-outcome.js";
import { Statement } from "./statement.js";

type RunRow = [startMs: bigint, id: bigint, endMs: bigint, status: bigint, bytesAdded: bigint];

/** What a machine says of the end of a backup may be any number. */
const MAX_RUN_MS = 366 * DAY_MS;
/** Rows of a group that are pending or run; a Backrest has one of each. */
const MAX_OPEN = 64;

/** Reads backups and their days as records of plans. */
export class BackupQueries {
  readonly #groups: OwnGroups;
  readonly #newest: Statement<RunRow>;
  readonly #failuresSince: Statement<[startMs: bigint]>;
  readonly #first: Statement<[startMs: bigint | null]>;
  readonly #blocks: Statement<[block: bigint, cells: Uint8Array<ArrayBuffer>]>;
  readonly #body: Statement<[body: Uint8Array<ArrayBuffer>]>;

  constructor(db: DatabaseSync) {
    this.#groups = new OwnGroups(db);
    this.#newest = new Statement(
      db,
      `SELECT start_ms, operation_id, end_ms, status, bytes_added FROM backup_runs
       WHERE group_id = ? AND outcome = ? ORDER BY start_ms DESC, operation_id DESC LIMIT ?`,
    );
    this.#failuresSince = new Statement(
      db,
      `SELECT start_ms FROM backup_runs WHERE group_id = ? AND outcome = ${FAILED} AND start_ms > ?
       ORDER BY start_ms LIMIT ${MAX_COUNTED_FAILURES}`,
    );
    this.#first = new Statement(
      db,
      `SELECT min(start_ms) FROM (
         SELECT min(start_ms) AS start_ms FROM backup_runs WHERE group_id = ?1 AND outcome = ${GOOD}
         UNION ALL SELECT min(start_ms) FROM backup_runs WHERE group_id = ?1 AND outcome = ${FAILED})`,
    );
    this.#blocks = new Statement(
      db,
      "SELECT block, cells FROM backup_days WHERE group_id = ? AND block BETWEEN ? AND ? ORDER BY block",
    );
    this.#body = new Statement(db, "SELECT body FROM operations WHERE id = ?");
  }

  runs(peerIds: readonly number[] | undefined): PlanRuns[] {
    const plans: PlanRuns[] = [];
    for (const groups of this.#groups.byPlan(peerIds)) {
      const plan = this.#plan(groups);
      if (plan !== undefined) plans.push(plan);
    }
    return plans;
  }

  days({ peerIds, firstDay, lastDay }: DaysQuery): PlanDays[] {
    const plans: PlanDays[] = [];
    for (const groups of this.#groups.byPlan(peerIds)) {
      const plan = this.#planDays(groups, firstDay, lastDay);
      if (plan !== undefined) plans.push(plan);
    }
    return plans;
  }

  /** @param groups of one plan, at least one */
  #plan(groups: readonly OwnGroup[]): PlanRuns | undefined {
    const ids = groups.map(({ id }) => id);
    const good = this.#of(ids, GOOD, MAX_GOOD_RUNS).slice(-MAX_GOOD_RUNS).map(goodRun);
    const failure = this.#of(ids, FAILED, 1).at(-1);
    const open = this.#of(ids, OPEN, MAX_OPEN);
    if (good.length === 0 && failure === undefined && open.length === 0) return undefined;
    const lastGoodMs = good.at(-1)?.startMs ?? 0;
    const since = ids.flatMap((id) => this.#failuresSince.all(id, lastGoodMs));
    const running = open.findLast(([, , , status]) => Number(status) === STATUS_INPROGRESS);
    const planned = open.filter(([, , , status]) => Number(status) !== STATUS_INPROGRESS).at(-1);
    const newest = groups.reduce((a, b) => (b.newestMs > a.newestMs ? b : a));
    return {
      peerId: newest.peerId,
      planId: newest.planId,
      repoId: newest.repoId,
      good,
      failuresSince: Math.min(MAX_COUNTED_FAILURES, since.length),
      ...(failure === undefined
        ? {}
        : { lastFailure: { ...endedRun(failure), message: since.length > 0 ? this.#message(failure[1]) : "" } }),
      ...(since.length === 0 ? {} : { failingSinceMs: Math.min(...since.map(([startMs]) => Number(startMs))) }),
      ...(running === undefined ? {} : { running: this.#running(running) }),
      ...(planned === undefined ? {} : { plannedMs: Number(planned[0]) }),
    };
  }

  /** The newest of each group, oldest first. */
  #of(groupIds: readonly bigint[], outcome: number, limit: number): RunRow[] {
    const rows = groupIds.flatMap((id) => this.#newest.all(id, outcome, limit));
    return rows.sort((a, b) => Number(a[0] - b[0]) || Number(a[1] - b[1]));
  }

  #running([startMs, operationId]: RunRow): NonNullable<PlanRuns["running"]> {
    const body = this.#body.get(operationId)?.[0];
    const progress = body === undefined ? undefined : backupProgress(operationId, body);
    return { operationId, startMs: Number(startMs), ...(progress === undefined ? {} : { progress }) };
  }

  #message(operationId: bigint): string {
    const body = this.#body.get(operationId)?.[0];
    return body === undefined ? "" : displayMessage(body);
  }

  #planDays(groups: readonly OwnGroup[], firstDay: number, lastDay: number): PlanDays | undefined {
    const [group] = groups;
    let cells: DayCells | undefined;
    for (const { id } of groups) {
      const own = this.#cells(id, firstDay, lastDay);
      if (own === undefined || cells === undefined) cells ??= own;
      else cells.merge(own);
    }
    if (cells === undefined || group === undefined) return undefined;
    // Mostly the first of the days tells already.
    const ownFirst = cells.result(0) === "none" ? this.#firstDay(groups) : firstDay;
    return { peerId: group.peerId, planId: group.planId, cells: cells.bytes, firstDay: ownFirst };
  }

  #firstDay(groups: readonly OwnGroup[]): number {
    const firsts = groups.map(({ id }) => this.#first.get(id)?.[0]).filter((ms) => ms !== null && ms !== undefined);
    return Math.floor(Math.min(...firsts.map(Number)) / DAY_MS);
  }

  #cells(groupId: bigint, firstDay: number, lastDay: number): DayCells | undefined {
    const rows = this.#blocks.all(groupId, Math.floor(firstDay / BLOCK_DAYS), Math.floor(lastDay / BLOCK_DAYS));
    if (rows.length === 0) return undefined;
    const bytes = new Uint8Array((lastDay - firstDay + 1) * CELL_BYTES);
    for (const [block, cells] of rows) {
      const from = Number(block) * BLOCK_DAYS;
      const begin = Math.max(firstDay, from);
      const end = Math.min(lastDay + 1, from + BLOCK_DAYS);
      bytes.set(
        cells.subarray((begin - from) * CELL_BYTES, (end - from) * CELL_BYTES),
        (begin - firstDay) * CELL_BYTES,
      );
    }
    return new DayCells(bytes);
  }
}

function endedRun([startMs, operationId, endMs]: RunRow): EndedRun {
  const [start, end] = [Number(startMs), Number(endMs)];
  return { operationId, startMs: start, endMs: Math.min(Math.max(start, end), start + MAX_RUN_MS) };
}

function goodRun(row: RunRow): GoodRun {
  return { ...endedRun(row), warning: Number(row[3]) === STATUS_WARNING, bytesAdded: row[4] };
}
