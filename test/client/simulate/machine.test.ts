import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type Operation, OperationSchema, OperationStatus } from "../../../gen/v1/operations_pb.js";
import type { History } from "../../../src/client/history.js";
import { openHistoryFile } from "../../../src/client/simulate/history-file.js";
import { type MachineOptions, SimulatedMachine } from "../../../src/client/simulate/machine.js";
import { backup, ERROR, hook, prune, SUCCESS } from "../../support/sample-operations.js";

const UNTIL_MS = Date.UTC(2026, 5, 1, 12);
const { STATUS_PENDING, STATUS_INPROGRESS, STATUS_ERROR } = OperationStatus;
const DAY_MS = 86_400_000;

function machine(options: Partial<MachineOptions> = {}): SimulatedMachine {
  return new SimulatedMachine({
    seed: 7,
    instanceId: "m",
    generation: "current",
    url: "http://127.0.0.1:1",
    days: 90,
    untilMs: UNTIL_MS,
    ...options,
  });
}

function bytesOf(history: History): string[] {
  return history.all().map((operation) => Buffer.from(toBinary(OperationSchema, operation)).toString("hex"));
}

describe("a seeded machine", () => {
  test("SIM1: the same seed and name give the same key, settings and history; another seed gives others", () => {
    const [first, again, other] = [machine(), machine(), machine({ seed: 8 })];
    expect(again.peer.identity.keyid).toBe(first.peer.identity.keyid);
    expect(again.profile).toEqual(first.profile);
    expect(bytesOf(again.peer.history)).toEqual(bytesOf(first.peer.history));
    expect(other.peer.identity.keyid).not.toBe(first.peer.identity.keyid);
    expect(bytesOf(other.peer.history)).not.toEqual(bytesOf(first.peer.history));
    expect(machine({ instanceId: "n" }).peer.identity.keyid).not.toBe(first.peer.identity.keyid);
  });

  test("SIM9: in both generations it is the same machine, with a key of its own in each", () => {
    const [current, seed] = [machine(), machine({ generation: "seed" })];
    expect([current.peer.identity.keyid, seed.peer.identity.keyid]).toEqual([
      expect.stringMatching(/^ed25519\./),
      expect.stringMatching(/^ecdsa\./),
    ]);
    expect([current.peer.config.version, seed.peer.config.version]).toEqual([6, 4]);
    expect(seed.profile).toEqual(current.profile);
    expect(bytesOf(seed.peer.history)).toEqual(bytesOf(current.peer.history));
  });

  test("SIM2: ninety days are a believable history: backups of every day, with all that belongs to them", () => {
    const { peer, profile } = machine();
    const all = peer.history.all();
    const backups = of(all, "operationBackup").filter(({ status }) => status !== STATUS_PENDING);
    expect(backups.length).toBeGreaterThanOrEqual(89 * profile.workloads.length);
    for (const operation of all) {
      expect(operation.unixTimeStartMs).toBeGreaterThan(BigInt(UNTIL_MS - 91 * DAY_MS));
      if (operation.status === STATUS_PENDING) continue;
      expect(operation.unixTimeEndMs).toBeGreaterThanOrEqual(operation.unixTimeStartMs);
      expect(operation.unixTimeEndMs).toBeLessThanOrEqual(BigInt(UNTIL_MS));
      expect(operation.snapshotId).toMatch(/^(?:[0-9a-f]{64})?$/);
    }
    const snapshots = of(all, "operationIndexSnapshot");
    expect(snapshots.length).toBe(backups.filter(({ snapshotId }) => snapshotId !== "").length);
    for (const { flowId, snapshotId } of snapshots) {
      expect(peer.history.get(flowId)).toMatchObject({ snapshotId, op: { case: "operationBackup" } });
    }
    const kept = snapshots.filter(({ op }) => op.case === "operationIndexSnapshot" && !op.value.forgot);
    expect(kept.length).toBe(30 * profile.workloads.length);
    for (const kind of ["operationForget", "operationPrune", "operationCheck", "operationStats"] as const) {
      expect(of(all, kind).length).toBeGreaterThan(10);
    }
    // What comes next stands there as planned, once.
    expect(all.filter(({ status }) => status === STATUS_PENDING)).toHaveLength(1);
  });

  test("SIM2: every step is one change or more, and a backup that runs tells how far it is once a second", () => {
    const { peer, step } = stepped(machine({ days: 2 }));
    const progress: number[] = [];
    peer.history.subscribe(({ event }) => {
      if (event.case !== "updatedOperations") return;
      const op = event.value.operations[0]?.op;
      const entry = op?.case === "operationBackup" ? op.value.lastStatus?.entry : undefined;
      if (entry?.case === "status") progress.push(entry.value.percentDone);
    });
    for (let n = 0; n < 30; n++) expect(step()).toBeGreaterThan(0);
    expect(progress.length).toBeGreaterThan(3);
    expect(progress.slice(0, 4)).toEqual([...progress.slice(0, 4)].sort((a, b) => a - b));
  });

  test("SIM2: a machine whose backups take long tells of each, every second, more and more files and bytes", () => {
    const { peer, step } = stepped(machine({ days: 2, backupSeconds: { low: 20, high: 60 } }));
    const runs = new Map<bigint, { part: number; files: bigint; bytes: bigint; total: bigint }[]>();
    const ended = new Set<bigint>();
    peer.history.subscribe(({ event }) => {
      if (event.case !== "updatedOperations") return;
      for (const { id, op } of event.value.operations) {
        const entry = op.case === "operationBackup" ? op.value.lastStatus?.entry : undefined;
        if (entry?.case === "summary") ended.add(id);
        if (entry?.case !== "status") continue;
        const { percentDone: part, filesDone: files, bytesDone: bytes, totalBytes: total } = entry.value;
        runs.set(id, [...(runs.get(id) ?? []), { part, files, bytes, total }]);
      }
    });
    while (ended.size < 5) step();
    const whole = [...runs.values()].filter(({ length }) => length > 4);
    expect(whole.length).toBeGreaterThanOrEqual(5);
    for (const told of whole) {
      expect(told.length).toBeGreaterThanOrEqual(20);
      expect(told.length).toBeLessThanOrEqual(61);
      expect(told).toEqual(told.toSorted((a, b) => a.part - b.part));
      expect(told.every(({ bytes, total, part }) => Math.abs(Number(bytes) / Number(total) - part) < 0.01)).toBe(true);
      expect(told.at(-1)?.files).toBeGreaterThan(told[0]?.files ?? 0n);
    }
  });

  test("SIM2: a machine that is hurried on plans its next backup for the next time of its schedule all the same", () => {
    const { peer, step } = stepped(machine({ days: 2 }));
    const planned: number[] = [];
    peer.history.subscribe(({ event }) => {
      if (event.case !== "createdOperations") return;
      const pending = event.value.operations.filter(({ status }) => status === STATUS_PENDING);
      planned.push(...pending.map(({ unixTimeStartMs }) => Number(unixTimeStartMs)));
    });
    for (let n = 0; n < 400; n++) step();
    expect(planned.length).toBeGreaterThan(3);
    for (const ms of planned) expect(ms).toBeLessThanOrEqual(Date.now() + DAY_MS);
  });

  test("SIM2: a machine whose backups fail since a day has none that succeeded since", () => {
    const since = UNTIL_MS - 10 * DAY_MS;
    const backups = of(machine({ failsSinceMs: since }).peer.history.all(), "operationBackup");
    const late = backups.filter(({ unixTimeStartMs, status }) => unixTimeStartMs > since && status !== STATUS_PENDING);
    expect(late.length).toBeGreaterThanOrEqual(9);
    for (const { status, displayMessage } of late) {
      expect([status, displayMessage]).toEqual([STATUS_ERROR, expect.stringContaining("restic backup")]);
    }
  });
});

describe("a history in a file", () => {
  let folder = "";
  let file = "";

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "backrest-hub-history-"));
    file = join(folder, "history.jsonl");
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("SIM3: what was added, changed, deleted and transformed is there after a restart, with its numbers", () => {
    const kept = openHistoryFile(file, { instanceId: "m" });
    const { history } = kept;
    const first = history.start(backup());
    history.finish(first.id, ERROR, { displayMessage: "so" });
    history.add(hook(first.id, "plän"));
    const gone = history.add(prune());
    history.delete(gone.id);
    history.transform(first.id, { displayMessage: "other" });
    const before = bytesOf(history);
    kept.close();
    const again = openHistoryFile(file, { instanceId: "m" });
    expect(bytesOf(again.history)).toEqual(before);
    expect(again.history.add(backup("p", { status: SUCCESS })).id).toBe(gone.id);
    again.close();
  });

  test("SIM3: a line that was cut short is no part of it; any other damage is named", () => {
    const kept = openHistoryFile(file, { instanceId: "m" });
    kept.history.add(backup());
    kept.close();
    const whole = readFileSync(file, "utf8");
    appendFileSync(file, '{"put":{"id":"2","pla');
    const again = openHistoryFile(file, { instanceId: "m" });
    expect(again.history.size).toBe(1);
    again.close();
    expect(readFileSync(file, "utf8")).toBe(whole);
    for (const damage of ["no json\n", "7\n", '{"put":{"id":"x"}}\n']) {
      writeFileSync(file, whole + damage);
      expect(() => openHistoryFile(file, { instanceId: "m" })).toThrow(`${file}: line 2`);
    }
  });

  test("SIM3: a machine goes on where its file ends; what was planned goes and what ran has failed", () => {
    const first = machine({ file, days: 3 });
    while (of(first.peer.history.all(), "operationBackup").every(({ status }) => status !== STATUS_INPROGRESS))
      first.step();
    const { size } = first.peer.history;
    const again = machine({ file, days: 3 });
    expect(again.peer.history.size).toBe(size);
    again.step();
    const all = again.peer.history.all();
    expect(all.length).toBeGreaterThanOrEqual(size - 1);
    expect(all.filter(({ status }) => [STATUS_PENDING, STATUS_INPROGRESS].includes(status))).toEqual([]);
    again.step();
    expect(again.peer.history.all().filter(({ status }) => status === STATUS_PENDING)).toHaveLength(1);
  });
});

function of(operations: readonly Operation[], kind: Operation["op"]["case"]): Operation[] {
  return operations.filter(({ op }) => op.case === kind);
}

/** @returns a step that counts what was told during it */
function stepped(simulated: SimulatedMachine) {
  const { peer } = simulated;
  let told = 0;
  peer.history.subscribe(() => void (told += 1));
  const step = (): number => {
    told = 0;
    simulated.step();
    return told;
  };
  return { peer, step };
}
