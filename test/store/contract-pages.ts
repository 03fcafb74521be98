import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type Operation, OperationStatus } from "../../gen/v1/operations_pb.js";
import type { HistoryFilter } from "../../src/store/history.js";
import type { Store } from "../../src/store/store.js";
import { Random } from "../support/random.js";
import { ask, operation, type OperationInit, TestPeer } from "./operations.js";
import { idsOf, pageOf, pagesOf, EVERYTHING } from "./pages.js";
import type { OpenTestStore, TestStore } from "./store-contract.js";

const SEED = 20_261_130;
const PLANS = ["home", "photos", ""];
const REPOS = [
  ["nas", "guid-nas"],
  ["b2", "guid-b2"],
  ["nas", ""],
] as const;
const KINDS: Readonly<Record<string, number>> = {
  operationBackup: 100,
  operationRunHook: 106,
  operationPrune: 103,
  operationRestore: 104,
};
const {
  STATUS_UNKNOWN: UNKNOWN,
  STATUS_PENDING: PENDING,
  STATUS_INPROGRESS: RUNNING,
  STATUS_SUCCESS: SUCCESS,
  STATUS_ERROR: ERROR,
  STATUS_WARNING: WARNING,
} = OperationStatus;
const STATUSES = [UNKNOWN, PENDING, RUNNING, SUCCESS, SUCCESS, SUCCESS, ERROR, WARNING];

export function describePages(open: OpenTestStore): void {
  describe("pages of history", () => {
    let opened: TestStore;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      ({ store } = opened);
    });
    afterEach(() => opened.dispose());

    const read = (filter: Partial<HistoryFilter>, limit = 100) =>
      pagesOf((query) => store.listOperations(query), filter, limit).then(idsOf);

    test("HIST1: whatever is stored, changed, removed and cleared, the pages of any filter are what fits, in order", async () => {
      const random = new Random(SEED);
      const peers = [];
      for (const name of ["laptop", "desktop", "server"]) peers.push(await TestPeer.add(store, name));
      for (const peer of peers) {
        for (let round = 0; round < 4; round++) await peer.update(someOperations(random));
        await peer.delete([3n, 5n, 8n]);
      }
      const all = await ask(store, {});
      const cleared = all.filter(({ id }) => id % 11n === 0n).map(({ id }) => id);
      await store.clearOperations({ ids: BigInt64Array.from(cleared), onlyFailed: false, atMs: 1 });
      const shown = await ask(store, {});
      expect(shown.length).toBeGreaterThan(150);
      expect(shown.length).toBeLessThan(all.length);
      for (let n = 0; n < 250; n++) {
        const filter = someFilter(random);
        const expected = newestFirst(shown.filter((row) => fits(row, filter))).map(({ id }) => id);
        expect([filter, await read(filter, 1 + random.below(40))]).toEqual([filter, expected]);
      }
    });

    test("HIST1: what comes, changes and goes between two pages shifts nothing", async () => {
      const peer = await TestPeer.add(store, "laptop");
      const start = (id: bigint) => ({ id, unixTimeStartMs: 1_000n * id });
      await peer.update(Array.from({ length: 50 }, (_, n) => operation(start(BigInt(n + 1)))));
      let next = 100n;
      const pages = await pagesOf(
        (query) => store.listOperations(query),
        {},
        7,
        async ({ operations }) => {
          // Newer than all, as old as the last that was read, and one of those that are still to come goes.
          const last = operations.at(-1)?.unixTimeStartMs ?? 0n;
          const old = operation({ id: next + 1n, unixTimeStartMs: last });
          await peer.update([operation(start(next)), old]);
          await peer.delete([last / 1_000n - 3n]);
          next += 2n;
        },
      );
      const originals = pages.flatMap(({ operations }) => operations.map(({ originalId }) => originalId));
      expect(new Set(originals).size).toBe(originals.length);
      expect(originals.slice(0, 7)).toEqual([50n, 49n, 48n, 47n, 46n, 45n, 44n]);
      expect(originals.every((id) => id <= 50n)).toBe(true);
      expect(originals).not.toContain(41n);
      // Nothing was passed over but what went before its page came.
      expect(originals.length).toBe(50 - (pages.length - 1));
    });

    test("HIST1: the last page says so, also when it is full; another filter's end is its own", async () => {
      const peer = await TestPeer.add(store, "laptop");
      await peer.update(Array.from({ length: 20 }, (_, n) => operation({ id: BigInt(n + 1) })));
      const page = (limit: number, filter = {}) =>
        pageOf((query) => store.listOperations(query), { filter: { ...EVERYTHING, ...filter }, limit });
      expect((await page(20)).next).toBeUndefined();
      expect((await page(19)).next).toBeDefined();
      expect((await page(1, { planIds: ["none"] })).next).toBeUndefined();
      expect((await page(1, { statuses: [OperationStatus.STATUS_ERROR] })).next).toBeUndefined();
    });

    test("HIST1: an operation moves between what is found as its status changes, a running one sent again included", async () => {
      const peer = await TestPeer.add(store, "laptop");
      const send = (status: OperationStatus, displayMessage = "") =>
        peer.update([operation({ id: 1n, status, displayMessage })]);
      const found = async () => {
        const statuses = [PENDING, RUNNING, SUCCESS, ERROR];
        const reads = await Promise.all(statuses.map((status) => read({ statuses: [status] })));
        return statuses.filter((_, n) => (reads[n]?.length ?? 0) > 0);
      };
      for (const status of [PENDING, RUNNING, RUNNING, SUCCESS, ERROR, SUCCESS]) {
        await send(status);
        await send(status, "again");
        expect(await found()).toEqual([status]);
      }
    });

    test("HIST2: machines are meant by the hub's name, repos by id or guid, and what names nothing has no plan", async () => {
      const laptop = await TestPeer.add(store, "laptop");
      const desktop = await TestPeer.add(store, "desktop");
      await laptop.update([
        operation({ id: 1n, instanceId: "desktop" }),
        operation({ id: 2n, planId: "", repoGuid: "" }),
      ]);
      await desktop.update([operation({ id: 3n, instanceId: "laptop", repoId: "b2", repoGuid: "guid-b2" })]);
      expect(await read({ instanceIds: ["laptop"] })).toEqual([2n, 1n]);
      expect(await read({ instanceIds: ["desktop", "laptop"] })).toEqual([3n, 2n, 1n]);
      expect(await read({ instanceIds: ["nobody"] })).toEqual([]);
      expect(await read({ repoIds: ["guid-b2"] })).toEqual([3n]);
      expect(await read({ repoIds: ["nas", "guid-b2"] })).toEqual([3n, 2n, 1n]);
      expect(await read({ repoIds: [""] })).toEqual([]);
      expect(await read({ planIds: [""] })).toEqual([2n]);
      await store.removePeer(laptop.id, 5_000);
      expect(await read({ instanceIds: ["laptop"] })).toEqual([2n, 1n]);
    });

    test("HIST3: what is planned is there for who names it, however much of it there is", async () => {
      const peer = await TestPeer.add(store, "laptop");
      const far = BigInt(Date.now()) + 1_000_000_000n;
      const planned = Array.from({ length: 40 }, (_, n) =>
        operation({ id: BigInt(n + 10), status: OperationStatus.STATUS_PENDING, unixTimeStartMs: far - BigInt(n) }),
      );
      const ahead = operation({ id: 2n, unixTimeStartMs: far });
      await peer.update([operation({ id: 1n }), ahead, ...planned]);
      const ids = await read({}, 1);
      const [, aheadRow] = (await ask(store, {})).toSorted((a, b) => Number(a.originalId - b.originalId));
      expect(ids).toEqual([aheadRow?.id, 1n]);
      expect(await read({ statuses: [OperationStatus.STATUS_PENDING] }, 7)).toHaveLength(40);
      expect(await read({ statuses: [0, 1, 2, 3, 4, 5, 6, 7] }, 7)).toHaveLength(42);
    });
  });
}

function someOperations(random: Random): Operation[] {
  return Array.from({ length: 25 }, () => {
    const [repoId, repoGuid] = random.pick(REPOS) ?? REPOS[0];
    const init: OperationInit & { id: bigint } = {
      id: BigInt(1 + random.below(90)),
      planId: random.pick(PLANS) ?? "",
      repoId,
      repoGuid,
      unixTimeStartMs: BigInt(random.below(30)),
      status: random.pick(STATUSES) ?? UNKNOWN,
      op: someOp(random),
    };
    return operation({ ...init, flowId: init.id });
  });
}

function someOp(random: Random): NonNullable<OperationInit["op"]> {
  const value = {};
  return (
    random.pick([
      { case: "operationBackup" as const, value },
      { case: "operationRunHook" as const, value },
      { case: "operationPrune" as const, value },
      { case: "operationRestore" as const, value },
      { case: undefined },
    ]) ?? { case: undefined }
  );
}

function someFilter(random: Random): HistoryFilter {
  const some = <T>(values: readonly T[]): T[] => (random.chance(0.6) ? [] : values.filter(() => random.chance(0.4)));
  return {
    instanceIds: some(["laptop", "desktop", "server", "nobody"]),
    planIds: some(PLANS),
    repoIds: some(["nas", "b2", "guid-nas", ""]),
    kinds: some([100, 103, 104, 106, 108]),
    statuses: some([0, 1, 2, 3, 4, 7]),
    ...(random.chance(0.3) ? { sinceMs: BigInt(random.below(30)) } : {}),
    ...(random.chance(0.3) ? { untilMs: BigInt(random.below(30)) } : {}),
  };
}

/** The rule, said once more and plainly. */
function fits(row: Operation, filter: HistoryFilter): boolean {
  const { instanceIds, planIds, repoIds, kinds, statuses, sinceMs, untilMs } = filter;
  const among = <T>(values: readonly T[], value: T) => values.length === 0 || values.includes(value);
  return (
    among(instanceIds, row.originalInstanceKeyid.replace("key-", "")) &&
    among(planIds, row.planId) &&
    (among(repoIds, row.repoId) || (row.repoGuid !== "" && repoIds.includes(row.repoGuid))) &&
    among(kinds, KINDS[row.op.case ?? ""] ?? 0) &&
    (statuses.length === 0 ? row.status !== OperationStatus.STATUS_PENDING : statuses.includes(row.status)) &&
    (sinceMs === undefined || row.unixTimeStartMs >= sinceMs) &&
    (untilMs === undefined || row.unixTimeStartMs < untilMs)
  );
}

function newestFirst(rows: readonly Operation[]): Operation[] {
  return rows.toSorted((a, b) => Number(b.unixTimeStartMs - a.unixTimeStartMs) || Number(b.id - a.id));
}
