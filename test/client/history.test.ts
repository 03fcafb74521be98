import { beforeEach, describe, expect, test } from "@jest/globals";
import { type OperationEvent, OperationStatus } from "../../gen/v1/operations_pb.js";
import { History, type NewOperation } from "../../src/client/history.js";

const BACKUP: NewOperation = { repoId: "r", repoGuid: "g", planId: "p", op: { case: "operationBackup", value: {} } };

let history: History;
let clock: number;
let told: OperationEvent["event"][];

beforeEach(() => {
  clock = 1_000;
  told = [];
  history = new History({ instanceId: "one", now: () => clock++ });
  history.subscribe(({ event }) => told.push(event));
});

describe("numbers", () => {
  test("PEER2: a new operation gets the next id, the next modno, a flow of its own, the instance and a start", () => {
    history.add(BACKUP);
    const second = history.start({ ...BACKUP, planId: "q" });
    expect(second).toMatchObject({ id: 2n, modno: 2n, flowId: 2n, instanceId: "one", unixTimeStartMs: 1_001n });
    expect(second.status).toBe(OperationStatus.STATUS_INPROGRESS);
    expect(history.add({ ...BACKUP, flowId: second.flowId })).toMatchObject({ id: 3n, flowId: 2n });
  });

  test("PEER2: every change but a deletion takes the next modno", () => {
    const { id } = history.start(BACKUP);
    history.update(id, { displayMessage: "half" });
    const finished = history.finish(id);
    expect(finished).toMatchObject({ id, modno: 3n, displayMessage: "half", status: OperationStatus.STATUS_SUCCESS });
    history.delete(id);
    expect(history.add(BACKUP).modno).toBe(4n);
  });

  test("PEER2: the id of a deleted last operation is used again after a restart, and not before", () => {
    history.add(BACKUP);
    const last = history.add(BACKUP);
    history.delete(last.id);
    expect(history.add(BACKUP).id).toBe(3n);
    history.delete(3n);
    history.restart();
    expect(history.add(BACKUP)).toMatchObject({ id: 2n, modno: 2n });
  });

  test("PEER2: operations are not changed in place", () => {
    const before = history.start(BACKUP);
    history.finish(before.id);
    expect(before).toMatchObject({ modno: 1n, status: OperationStatus.STATUS_INPROGRESS });
  });
});

describe("what is told", () => {
  test("PEER3: additions, updates and deletions, but no transformations", () => {
    const { id } = history.add(BACKUP);
    history.update(id, { displayMessage: "x" });
    expect(history.transform(id, { displayMessage: "y" })).toMatchObject({ modno: 3n, displayMessage: "y" });
    history.delete(id, 99n);
    expect(told.map(({ case: kind }) => kind)).toEqual(["createdOperations", "updatedOperations", "deletedOperations"]);
    expect(told.at(-1)?.value).toMatchObject({ values: [id, 99n] });
  });

  test("PEER3: what is loaded is told to nobody, and its numbers go on", () => {
    const other = new History({ instanceId: "one" });
    for (let i = 0; i < 5; i += 1) other.add(BACKUP);
    history.load(other.all());
    expect(told).toEqual([]);
    expect(history.add(BACKUP)).toMatchObject({ id: 6n, modno: 6n });
  });

  test("PEER3: what has changed since a modno comes inclusive and by start", () => {
    const late = history.add({ ...BACKUP, unixTimeStartMs: 9_000n });
    const early = history.add({ ...BACKUP, unixTimeStartMs: 5n });
    history.add({ ...BACKUP, unixTimeStartMs: 7n });
    history.update(late.id, { displayMessage: "x" });
    expect(history.since(2n).map(({ id }) => id)).toEqual([early.id, 3n, late.id]);
    expect(history.since(4n).map(({ id }) => id)).toEqual([late.id]);
  });
});
