import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type Operation, OperationSchema } from "../../gen/v1/operations_pb.js";
import { callHub, eventually } from "../support/hub-calls.js";
import { type RecordedSession, seedRecordings } from "../support/recordings.js";
import { openSyncStream, rejuvenated } from "../support/sync-stream.js";
import { startTestHub, type TestHub } from "../support/test-hub.js";

const RECORDINGS = seedRecordings().filter(({ sessions }) => sessions.length > 0);

let running: TestHub | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

describe("sessions recorded from real clients", () => {
  test("REC1: the recordings are there", () => {
    expect(RECORDINGS.length).toBeGreaterThan(25);
  });

  for (const { name, sessions } of RECORDINGS) {
    test(`REC2: ${name}: the hub shows exactly what the client had`, async () => {
      let hub = await startTestHub();
      running = hub;
      const peer = peerOf(sessions[0]);
      await callHub(hub).peers.addPeer(peer);
      const model = new Map<bigint, Operation>();
      for (const session of sessions) {
        await replay(hub, session);
        apply(model, session);
        const current = hub;
        await eventually(async () => {
          const shown = await callHub(current).operationsOf(peer.keyid);
          expect(new Set(shown.keys())).toEqual(new Set(model.keys()));
          for (const [id, operation] of model) expect(comparable(shown.get(id))).toEqual(comparable(operation));
        });
        // Every session is the first of its process, so that every one is a full pass.
        hub = await hub.restart();
        running = hub;
      }
      expect(hub.log.filter(({ cause }) => cause === "protocol" || cause === "failure")).toEqual([]);
    });
  }
});

function peerOf(session: RecordedSession | undefined): { instanceId: string; keyid: string } {
  const first = session?.items[0]?.action;
  if (first?.case !== "handshake") throw new Error("the recording does not begin with a handshake");
  const { publicKey, instanceId } = first.value;
  return {
    instanceId: Buffer.from(instanceId?.payload ?? []).toString("utf8"),
    keyid: publicKey?.keyid ?? "",
  };
}

/** Plays the client: the handshake, then, once the hub has answered, everything else. */
async function replay(hub: TestHub, session: RecordedSession): Promise<void> {
  const stream = openSyncStream(hub.url);
  const [handshake, ...rest] = session.items;
  if (handshake === undefined) throw new Error("an empty session");
  stream.send(rejuvenated(handshake));
  await stream.next("handshake");
  for (const item of rest) stream.send(item);
  stream.finish();
  const end = await stream.ended;
  expect(end?.rawMessage).toContain("closed its session");
}

/** The client's own database as far as its messages tell: rows that a whole history lacks are gone. */
function apply(model: Map<bigint, Operation>, session: RecordedSession): void {
  const seen = new Set<bigint>();
  let resources = 0;
  for (const { action } of session.items) {
    if (action.case === "receiveResources" && ++resources === 2) {
      for (const id of [...model.keys()]) if (!seen.has(id)) model.delete(id);
    }
    if (action.case !== "receiveOperations") continue;
    const event = action.value.event?.event;
    if (event?.case === "deletedOperations") for (const id of event.value.values) model.delete(id);
    if (event?.case !== "createdOperations" && event?.case !== "updatedOperations") continue;
    for (const operation of event.value.operations) {
      model.set(operation.id, operation);
      seen.add(operation.id);
    }
  }
}

/** An operation without the numbers that are the hub's own, which stand in the names of its logs, too. */
function comparable(operation: Operation | undefined): string {
  if (operation === undefined) return "missing";
  const own = fromBinary(OperationSchema, toBinary(OperationSchema, operation));
  const behindHubId = (ref: string) => (operation.originalId === 0n ? ref : ref.replace(`o${operation.id}.`, ""));
  own.id = operation.originalId || operation.id;
  own.flowId = operation.originalFlowId || operation.flowId;
  own.originalId = 0n;
  own.originalFlowId = 0n;
  own.originalInstanceKeyid = "";
  own.modno = 0n;
  own.logref = behindHubId(operation.logref);
  if (own.op.case === "operationRunHook") own.op.value.parentOp = 0n;
  if (own.op.value !== undefined && "outputLogref" in own.op.value) {
    own.op.value.outputLogref = behindHubId(own.op.value.outputLogref);
  }
  return Buffer.from(toBinary(OperationSchema, own)).toString("hex");
}
