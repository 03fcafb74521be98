import { afterEach, describe, expect, test } from "@jest/globals";
import { pino } from "pino";
import { FleetBoard } from "../../src/connections/fleet-board.js";
import { HubError } from "../../src/errors.js";
import type { HealthSettings, PlanRuns } from "../../src/store/fleet.js";
import type { PeerRecord } from "../../src/store/store.js";
import { eventually } from "../support/hub-calls.js";

const DAY_MS = 86_400_000;
let open: FleetBoard[] = [];
afterEach(() => {
  for (const board of open) board.close();
  open = [];
});

/** A board over what a test gives it; reads are counted. */
function boardOf(
  runs: (peerId: number) => PlanRuns[],
  settings: readonly [number, HealthSettings][] = [],
  now: () => number = Date.now,
) {
  const reads: number[][] = [];
  let failures = 0;
  const board = new FleetBoard({
    store: {
      readBackups: async (peerIds = []) => {
        reads.push([...peerIds]);
        if (failures-- > 0) throw new HubError("unavailable", "the database is locked");
        return peerIds.flatMap(runs);
      },
      readHealthSettings: async () => new Map(settings),
      saveHealthSettings: async () => {},
    },
    logger: pino({ level: "silent" }),
    now,
  });
  open.push(board);
  return { board, reads, failNext: (times: number) => void (failures = times) };
}

function peer(id: number): PeerRecord {
  return {
    id,
    instanceId: `machine-${String(id).padStart(4, "0")}`,
    keys: [],
    addedMs: 1,
    facts: { lastFullPassMs: 1, lastSeenMs: 1 },
    operationCount: 1n,
    poisonCount: 0n,
  };
}

function daily(peerId: number, lastMs = Date.now() - 1_000): PlanRuns {
  const starts = Array.from({ length: 20 }, (_, n) => lastMs - (19 - n) * DAY_MS);
  const good = starts.map((startMs) => ({
    operationId: 1n,
    startMs,
    endMs: startMs + 5,
    warning: false,
    bytesAdded: 0n,
  }));
  return { peerId, planId: "home", repoId: "nas", good, failuresSince: 0 };
}

describe("the fleet board", () => {
  test("HV50: time alone changes a verdict and tells the watchers, without a read", async () => {
    const lastMs = Date.now() - DAY_MS;
    const settings: HealthSettings = { notAlwaysOn: false, ignored: false, graceMs: 600 };
    const { board, reads } = boardOf((id) => [daily(id, lastMs)], [[1, settings]]);
    await board.begin();
    board.added(peer(1), undefined, undefined);
    await board.ready();
    expect(board.snapshot().machines[0]?.verdict).toBe("ok");
    const watcher = board.watch();
    expect((await watcher.next(10))?.machines).toHaveLength(1);
    const change = await watcher.next(5_000);
    expect(change?.machines.map(({ verdict }) => verdict)).toEqual(["overdue"]);
    expect(change?.summary.needAttention).toBe(1);
    expect(reads).toEqual([[1]]);
    watcher.close();
    expect(board.watchers).toBe(0);
  });

  test("HV37: the board tells by itself that a machine stopped while its rhythm was being learned", async () => {
    const few = (peerId: number): PlanRuns => {
      const runs = daily(peerId, Date.now() - 3 * DAY_MS + 700);
      return { ...runs, good: runs.good.slice(-2) };
    };
    const { board, reads } = boardOf((id) => [few(id)]);
    board.added(peer(1), undefined, undefined);
    await board.ready();
    expect(board.snapshot().summary).toMatchObject({ verdict: "unknown", needAttention: 0, learning: 1 });
    const watcher = board.watch();
    await watcher.next(10);
    const change = await watcher.next(5_000);
    expect(change?.summary).toMatchObject({ verdict: "unknown", needAttention: 1, learning: 0 });
    expect(reads).toEqual([[1]]);
    watcher.close();
  });

  test("HV67: who does not come back within six minutes of the start is offline, and the watchers are told", async () => {
    let aheadMs = 0;
    const lastMs = Date.now();
    const { board } = boardOf(
      (id) => [daily(id, lastMs)],
      [],
      () => Date.now() + aheadMs,
    );
    const was = peer(1);
    board.added({ ...was, facts: { ...was.facts, inSession: true } }, undefined, undefined);
    board.added(peer(2), undefined, undefined);
    await board.ready();
    expect(board.snapshot().summary.comingBack).toMatchObject({ machines: 1 });
    // It has a new key, and is the same.
    board.added(peer(1), undefined, undefined);
    aheadMs = 6 * 60_000 - 700;
    board.connected(peer(2));
    const watcher = board.watch();
    expect((await watcher.next(10))?.summary).toHaveProperty("comingBack");
    const change = await watcher.next(5_000);
    expect(change?.machines.map(({ facts }) => facts.instanceId)).toEqual(["machine-0001"]);
    expect(change?.machines[0]).not.toHaveProperty("comingBack");
    expect(change?.summary).not.toHaveProperty("comingBack");
    watcher.close();
  });

  test("HV38: the board holds a plan that has just been carried out, of a machine that plans its backups alone", async () => {
    const lastMs = Date.now() - 60_000;
    const before = (id: number): PlanRuns => ({ ...daily(id, lastMs), good: daily(id, lastMs).good.slice(-1) });
    const running = { operationId: 2n, startMs: lastMs + 1_000 };
    const ended = (id: number): PlanRuns => ({
      ...daily(id, lastMs + 1_000),
      good: daily(id, lastMs + 1_000).good.slice(-2),
    });
    let at = 0;
    // The second one's is begun by hand: nothing is planned before, nor behind it.
    const steps = (id: number): PlanRuns[] => [
      { ...before(id), ...(id === 1 ? { plannedMs: lastMs + 1_000 } : {}) },
      { ...before(id), running },
      ended(id),
      { ...ended(id), plannedMs: lastMs + DAY_MS },
    ];
    const { board } = boardOf((id) => steps(id).slice(at, at + 1));
    for (const id of [1, 2]) board.added(peer(id), undefined, undefined);
    await board.ready();
    const verdicts = () => [1, 2].map((id) => board.byPeer(id)?.verdict);
    expect(verdicts()).toEqual(["ok", "unknown"]);
    const shown: unknown[] = [];
    for (at = 1; at < 4; at++) {
      for (const id of [1, 2]) board.backupsChanged(id);
      const now = steps(1)[at];
      await eventually(() => {
        const { runs } = board.byPeer(1)?.plans[0] ?? {};
        expect([runs?.good.length, runs?.running]).toEqual([now?.good.length, now?.running]);
        if (now?.plannedMs !== undefined) expect(runs?.plannedMs).toBe(now.plannedMs);
      });
      shown.push(verdicts());
    }
    expect(shown).toEqual([
      ["ok", "unknown"],
      ["ok", "unknown"],
      ["ok", "ok"],
    ]);
  });

  test("HV51: many commits of a machine are read once, and nothing is read of machines that did not change", async () => {
    const { board, reads } = boardOf((id) => [daily(id)]);
    for (const id of [1, 2, 3]) board.added(peer(id), undefined, undefined);
    await board.ready();
    reads.length = 0;
    for (let n = 0; n < 1_000; n++) board.backupsChanged(2);
    board.backupsChanged(999);
    await eventually(() => expect(reads).toEqual([[2]]));
  });

  test("HV52: a slow watcher gets the latest of each machine, however much happened", async () => {
    const { board } = boardOf((id) => [daily(id)]);
    for (let id = 1; id <= 50; id++) board.added(peer(id), undefined, undefined);
    await board.ready();
    const watcher = board.watch();
    await watcher.next(10);
    for (let n = 0; n < 200; n++) {
      board.connected(peer(1 + (n % 50)));
      board.disconnected(peer(1 + (n % 50)));
    }
    board.removed(peer(7));
    const change = await watcher.next(10);
    expect(change?.machines).toHaveLength(49);
    expect(change?.removed).toEqual(["machine-0007"]);
    expect(await watcher.next(10)).toBeUndefined();
    watcher.close();
  });

  test("HV53: a read that fails is tried again and loses nothing", async () => {
    const { board, failNext } = boardOf((id) => [daily(id)]);
    failNext(1);
    board.added(peer(1), undefined, undefined);
    await board.ready();
    expect(board.snapshot().machines[0]?.verdict).toBe("ok");
  }, 10_000);

  test("HV54: the board of 1,000 machines is shown at once, and the hub's end ends its watchers", async () => {
    const { board, reads } = boardOf((id) => [daily(id)]);
    for (let id = 1; id <= 1_000; id++) board.added(peer(id), undefined, undefined);
    await board.ready();
    // No read keeps the thread that finds peers for long.
    expect(Math.max(...reads.map((ids) => ids.length))).toBeLessThanOrEqual(50);
    const began = performance.now();
    expect(board.snapshot().summary).toMatchObject({ machines: 1_000, needAttention: 0, verdict: "ok" });
    expect(performance.now() - began).toBeLessThan(500);
    const watcher = board.watch();
    board.stop(new HubError("unavailable", "the hub is stopping"));
    await expect(watcher.next(10)).rejects.toMatchObject({ code: "unavailable" });
    watcher.close();
  });
});
