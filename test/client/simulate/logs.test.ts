import { describe, expect, test } from "@jest/globals";
import { type Operation, OperationStatus } from "../../../gen/v1/operations_pb.js";
import { SimulatedMachine } from "../../../src/client/simulate/machine.js";

const DAY_MS = 86_400_000;
const { STATUS_ERROR, STATUS_SUCCESS } = OperationStatus;

describe("logs of a simulated machine", () => {
  const { peer } = new SimulatedMachine({
    seed: 7,
    instanceId: "m",
    generation: "current",
    url: "http://127.0.0.1:1",
    days: 90,
    failsSinceMs: Date.now() - 10 * DAY_MS,
    capabilities: ["logs"],
  });
  const backups = peer.history.all().filter(({ op }) => op.case === "operationBackup");

  test("SIM8: a backup's log names its files and ends with what became of it, the same at each reading", () => {
    const failed = lastWith(backups, STATUS_ERROR);
    const good = lastWith(backups, STATUS_SUCCESS);
    expect(textOf(failed)).toContain(`\n${failed.displayMessage}\n`);
    expect(textOf(good)).toContain(`\nsnapshot ${good.snapshotId} saved\n`);
    expect(textOf(good)).toBe(textOf(good));
  });

  test("SIM8: prunes, checks and hooks have one, too", () => {
    for (const kind of ["operationPrune", "operationCheck", "operationRunHook"] as const) {
      const last = peer.history.all().findLast(({ op }) => op.case === kind);
      const name = last === undefined ? "" : outputOf(last);
      expect(peer.readLog(name)).toMatchObject({ ownerOpid: last?.id });
    }
  });

  test("SIM8: it says whose it is and until when it is kept; one that is too old, or of no operation, is not there", () => {
    const { id, logref, unixTimeEndMs } = lastWith(backups, STATUS_ERROR);
    const expirationTsUnix = (unixTimeEndMs + 30n * BigInt(DAY_MS)) / 1_000n;
    expect(peer.readLog(logref)).toMatchObject({ ownerOpid: id, expirationTsUnix });
    const old = backups.find(({ unixTimeEndMs: endMs }) => endMs < BigInt(Date.now() - 31 * DAY_MS));
    expect(old?.logref).not.toBe("");
    for (const name of [old?.logref ?? "?", "", "../../etc/passwd"]) expect(peer.readLog(name)).toBeUndefined();
  });

  function textOf({ logref }: Operation): string {
    return Buffer.from(peer.readLog(logref)?.content ?? []).toString();
  }
});

function lastWith(operations: readonly Operation[], status: OperationStatus): Operation {
  const last = operations.findLast((each) => each.status === status);
  if (last === undefined) throw new Error(`no backup has the status ${status}`);
  return last;
}

function outputOf({ op }: Operation): string {
  return op.value !== undefined && "outputLogref" in op.value ? op.value.outputLogref : "";
}
