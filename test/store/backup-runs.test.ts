import type { MessageInitShape } from "@bufbuild/protobuf";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { OperationStatus } from "../../gen/v1/operations_pb.js";
import type { BackupProgressStatusEntrySchema } from "../../gen/v1/restic_pb.js";
import { DAY_MS } from "../../src/store/day-cells.js";
import type { HealthSettings } from "../../src/store/fleet.js";
import { openStore } from "../../src/store/open.js";
import type { Store } from "../../src/store/store.js";
import {
  expectedDays,
  expectedRuns,
  filledCells,
  FIRST_DAY,
  LAST_DAY,
  ownBackups,
  type Step,
  steps,
} from "./backup-history.js";
import { listEvent, operation, TestPeer, temporaryDirectory } from "./operations.js";

const PLANS = ["home", "photos"];

describe("backups of plans", () => {
  test("HV1: whatever comes in whatever order, what is kept up equals what the operations say, also when made anew", async () => {
    const directory = await temporaryDirectory();
    const file = join(directory.path, "hub.sqlite");
    let store = await openStore({ file });
    const machines: TestPeer[] = [];
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 40 }), async (history) => {
          const machine = await TestPeer.add(store, `laptop-${machines.length}`);
          machines.push(machine);
          for (const step of history) await take(machine, step);
          await expectEqual(store, file, machine);
        }),
        { numRuns: 100 },
      );
      await store.close();
      forgetBackups(file);
      store = await openStore({ file });
      for (const machine of machines) await expectEqual(store, file, machine);
    } finally {
      await store.close();
      await directory.remove();
    }
  }, 120_000);

  test("HV2: a success that the machine has removed still happened; a backup that was only planned did not", async () => {
    await withStore(async (store) => {
      const peer = await TestPeer.add(store, "laptop");
      await peer.update([operation({ id: 1n }), operation({ id: 2n, status: OperationStatus.STATUS_PENDING })]);
      await peer.delete([1n, 2n]);
      expect(await store.readBackups([peer.id])).toMatchObject([{ planId: "home", good: [{}], failuresSince: 0 }]);
      expect((await store.readBackups([peer.id]))[0]).not.toHaveProperty("plannedMs");
    });
  });

  test("HV2: a success that was cleared at the hub still happened, also when the machine sends it anew or removes it", async () => {
    await withStore(async (store) => {
      const peer = await TestPeer.add(store, "laptop");
      await peer.update([operation({ id: 1n })]);
      const before = await store.readBackups([peer.id]);
      const [cleared] = await store.findOperations({});
      expect(
        await store.clearOperations({ ids: BigInt64Array.of(cleared ?? 0n), onlyFailed: false, atMs: 5 }),
      ).toMatchObject({
        cleared: 1,
      });
      expect(await store.readBackups([peer.id])).toEqual(before);
      await peer.update([operation({ id: 1n, modno: 9n })]);
      expect(await store.readBackups([peer.id])).toEqual(before);
      await peer.delete([1n]);
      expect(await store.readBackups([peer.id])).toEqual(before);
    });
  });

  test("HV3: what a machine sends of others is none of its own, and a removed machine has nothing", async () => {
    await withStore(async (store) => {
      const peer = await TestPeer.add(store, "laptop");
      await peer.update([operation({ id: 1n, instanceId: "tower" })]);
      expect(await store.readBackups()).toEqual([]);
      await peer.update([operation({ id: 2n })]);
      expect(await store.readBackups()).toHaveLength(1);
      await store.removePeer(peer.id, 5);
      expect(await store.readBackups()).toEqual([]);
      expect(await store.readDays({ firstDay: FIRST_DAY, lastDay: LAST_DAY })).toEqual([]);
    });
  });

  test("HV4: only what a verdict may depend on is told as a change of backups", async () => {
    await withStore(async (store) => {
      const peer = await TestPeer.add(store, "laptop");
      const running = operation({ id: 1n, status: OperationStatus.STATUS_INPROGRESS, unixTimeEndMs: 0n });
      expect((await peer.update([running])).backupsChanged).toBe(true);
      expect((await peer.update([operation({ ...running, displayMessage: "50 %" })])).backupsChanged).toBeUndefined();
      const prune = operation({ id: 2n, op: { case: "operationPrune", value: {} } });
      expect((await peer.update([prune])).backupsChanged).toBeUndefined();
      expect((await peer.update([operation({ id: 1n })])).backupsChanged).toBe(true);
    });
  });

  test("HV6: how far a backup is comes with the message that told it, and is read of one that runs", async () => {
    await withStore(async (store) => {
      const peer = await TestPeer.add(store, "laptop");
      let modno = 0n;
      const told = (id: bigint, value: MessageInitShape<typeof BackupProgressStatusEntrySchema>) =>
        operation({
          id,
          modno: ++modno,
          status: OperationStatus.STATUS_INPROGRESS,
          unixTimeEndMs: 0n,
          op: { case: "operationBackup", value: { lastStatus: { entry: { case: "status", value } } } },
        });
      const half = { percentDone: 0.5, bytesDone: 50n, totalBytes: 100n, filesDone: 3n, totalFiles: 7n };
      const { backupProgress } = await peer.update([told(1n, { ...half, percentDone: 0.1 }), told(1n, half)]);
      const { percentDone: fractionDone, ...counts } = half;
      const operationId = backupProgress?.[0]?.operationId ?? 0n;
      expect(backupProgress).toEqual([{ operationId, fractionDone, ...counts }]);
      expect((await store.readBackups([peer.id]))[0]?.running?.progress).toEqual(backupProgress?.[0]);
      // What no backup says is shown as none of it.
      const odd = { percentDone: Number.NaN, bytesDone: -1n, totalBytes: 2n ** 63n - 1n };
      expect((await peer.update([told(1n, odd)])).backupProgress).toMatchObject([
        { fractionDone: 0, bytesDone: 0n, totalBytes: 2n ** 63n - 1n },
      ]);
      expect((await peer.update([told(1n, { percentDone: 99 })])).backupProgress).toMatchObject([{ fractionDone: 1 }]);
      expect((await peer.update([operation({ id: 1n, modno: 500n })])).backupProgress).toBeUndefined();
      expect((await store.readBackups([peer.id]))[0]).not.toHaveProperty("running");
      const many = Array.from({ length: 300 }, (_, n) => told(BigInt(n + 10), half));
      expect((await peer.update(many)).backupProgress).toHaveLength(64);
    });
  });

  test("HV5: what the operator said of a machine is kept, and of no other", async () => {
    await withStore(async (store) => {
      const [one, other] = [await TestPeer.add(store, "laptop"), await TestPeer.add(store, "tower")];
      const settings = { notAlwaysOn: true, graceMs: 5, limitMs: 6, snoozedUntilMs: 7, ignored: true };
      await store.saveHealthSettings(one.id, settings);
      await store.saveHealthSettings(other.id, { notAlwaysOn: false, ignored: true });
      await store.saveHealthSettings(other.id, { notAlwaysOn: false, ignored: false });
      expect(await store.readHealthSettings()).toEqual(
        new Map<number, HealthSettings>([
          [one.id, settings],
          [other.id, { notAlwaysOn: false, ignored: false }],
        ]),
      );
      await expect(store.saveHealthSettings(999, settings)).rejects.toMatchObject({ code: "not_found" });
    });
  });
});

async function take(peer: TestPeer, step: Step): Promise<void> {
  switch (step.do) {
    case "delete":
      await peer.delete([step.id]);
      return;
    case "empty-full-pass":
      await peer.store.beginPass({ peerId: peer.id, session: 1, full: true });
      await peer.store.endPass({ peerId: peer.id, session: 1, full: true, atMs: 9 });
      return;
    case "clear-at-the-hub": {
      const shown = await peer.operations();
      const ids = BigInt64Array.from(shown.slice(0, 2).map(({ id }) => id));
      await peer.store.clearOperations({ ids, onlyFailed: false, atMs: 9 });
      return;
    }
    case "put": {
      const startMs =
        step.quarterDay < 0 ? BigInt(step.quarterDay) : BigInt(FIRST_DAY * DAY_MS + (step.quarterDay * DAY_MS) / 4);
      const ended = hasEnded(step.status);
      const value = ended
        ? { dryRun: step.dryRun, lastStatus: { entry: { case: "summary" as const, value: { dataAdded: step.bytes } } } }
        : { lastStatus: { entry: { case: "status" as const, value: { percentDone: 0.5 } } } };
      const sent = operation({
        id: step.id,
        planId: step.plan,
        repoId: step.repo,
        repoGuid: `guid-${step.repo}`,
        instanceId: step.own ? nameOf(peer.keyid) : "somebody-else",
        status: step.status,
        unixTimeStartMs: startMs,
        unixTimeEndMs: ended ? startMs + 60_000n : 0n,
        displayMessage: `operation ${step.id}`,
        op: { case: "operationBackup", value },
      });
      await peer.send(listEvent([sent]));
    }
  }
}

async function expectEqual(store: Store, file: string, { id, keyid }: TestPeer): Promise<void> {
  const rows = ownBackups(file, { peerId: id, instanceId: nameOf(keyid) });
  const runs = await store.readBackups([id]);
  const days = await store.readDays({ peerIds: [id], firstDay: FIRST_DAY, lastDay: LAST_DAY });
  for (const planId of PLANS) {
    const own = runs.find((plan) => plan.planId === planId);
    const { peerId: _peer, repoId: _repo, ...said } = own ?? {};
    expect(own === undefined ? undefined : said).toEqual(expectedRuns(rows, planId));
    const plan = days.find((one) => one.planId === planId);
    expect(plan === undefined ? {} : filledCells(plan)).toEqual(expectedDays(rows, planId));
  }
}

function hasEnded(status: OperationStatus): boolean {
  return ![OperationStatus.STATUS_PENDING, OperationStatus.STATUS_INPROGRESS].includes(status);
}

/** Of a peer whose key is named after it. */
function nameOf(keyid: string): string {
  return keyid.replace(/^key-/, "");
}

/** The database as a hub left it that knew nothing of backups. */
function forgetBackups(file: string): void {
  const db = new DatabaseSync(file);
  db.exec("DROP TABLE backup_runs; DROP TABLE backup_days; DROP TABLE peer_health");
  // What came later, so that its steps can be taken again.
  db.exec("DROP TABLE refusals; DROP INDEX operations_notable");
  db.exec("ALTER TABLE pairing_tokens DROP COLUMN used_by; ALTER TABLE peers DROP COLUMN in_session");
  db.exec("PRAGMA user_version = 6");
  db.close();
}

async function withStore(work: (store: Store) => Promise<void>): Promise<void> {
  const directory = await temporaryDirectory();
  const store = await openStore({ file: join(directory.path, "hub.sqlite") });
  try {
    await work(store);
  } finally {
    await store.close();
    await directory.remove();
  }
}
