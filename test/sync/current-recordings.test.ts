import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterEach, describe, expect, test } from "@jest/globals";
import { SyncItemSchema } from "../../gen/hub/wire/v1/sync_pb.js";
import { type Operation, OperationSchema } from "../../gen/v1/operations_pb.js";
import { type SessionItem, SessionItemSchema } from "../../gen/v1sync3/session_pb.js";
import { CurrentPeerOpening, type PeerRecords } from "../../src/client/current-opening.js";
import { type Ed25519Identity, generateEd25519Identity } from "../../src/dialect/identity.js";
import { currentSessions } from "../dialect/current/recordings.js";
import { callHub, eventually } from "../support/hub-calls.js";
import { openSyncStream, type SyncStream } from "../support/sync-stream.js";
import { startTestHub, type TestHub } from "../support/test-hub.js";

let running: TestHub | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

/** What the client of each recorded session said, by recording; a session that ended before its manifest is left out. */
const RECORDINGS = Map.groupBy(
  currentSessions()
    .map(({ recording, items }) => ({
      recording,
      said: items
        .filter(({ fromClient, encrypted }) => fromClient && encrypted)
        .map(({ item }) => fromBinary(SessionItemSchema, toBinary(SyncItemSchema, item))),
    }))
    .filter(({ said }) => said.some(({ action }) => action.case === "operationManifest")),
  ({ recording }) => recording,
);

describe("sessions recorded from v1.13.0 and v1.14.1", () => {
  test("REC1: the recordings are there", () => {
    expect(RECORDINGS.size).toBeGreaterThan(8);
  });

  for (const [name, sessions] of RECORDINGS) {
    test(`REC2: ${name}: the hub shows exactly what the client had`, async () => {
      const hub = await startTestHub();
      running = hub;
      const identity = generateEd25519Identity();
      const instanceId = instanceOf(sessions[0]?.said ?? []);
      await callHub(hub).peers.addPeer({ instanceId, keyid: identity.keyid });
      const model = new Map<bigint, Operation>();
      for (const { said } of sessions) {
        const spoken = said.filter(({ action }) => action.case !== "handshake");
        apply(model, spoken);
        const { stream, records } = await opened(hub, identity, instanceId);
        for (const item of spoken) stream.send(records.seal(item));
        void answer(stream, records, model);
        await eventually(async () => {
          const shown = await callHub(hub).operationsOf(identity.keyid);
          expect(new Set(shown.keys())).toEqual(new Set(model.keys()));
          for (const [id, { status, planId, op }] of model) {
            const { status: shownStatus, planId: shownPlan, op: shownOp } = shown.get(id) ?? {};
            expect([id, shownStatus, shownPlan, shownOp?.case]).toEqual([id, status, planId, op.case]);
          }
        });
        stream.finish();
        await stream.ended;
      }
      expect(hub.log.filter(({ cause }) => cause === "protocol" || cause === "failure")).toEqual([]);
    });
  }
});

function instanceOf(said: readonly SessionItem[]): string {
  const action = said[0]?.action;
  if (action?.case !== "handshake") throw new Error("the recording does not begin with a handshake");
  return action.value.instanceId;
}

async function opened(hub: TestHub, identity: Ed25519Identity, instanceId: string) {
  const own = { identity, instanceId, pairingSecret: "", capabilities: [] };
  const opening = await CurrentPeerOpening.begin(own, undefined);
  const stream = openSyncStream(hub.url);
  stream.send(opening.first);
  const records = await opening.exchange(await stream.next("establishSharedSecret"));
  stream.send(records.seal(opening.handshake()));
  opening.accept(records.open(await stream.next("encrypted")));
  return { stream, records };
}

/** What this hub asks for, answered out of what the client had in the end. */
async function answer(stream: SyncStream, records: PeerRecords, model: ReadonlyMap<bigint, Operation>): Promise<void> {
  for (;;) {
    const next = await stream.next("encrypted", 60_000).catch(() => undefined);
    if (next === undefined) return;
    const { action } = records.open(next);
    if (action.case === "requestResources") {
      stream.send(records.seal(create(SessionItemSchema, { action: { case: "receiveResources", value: {} } })));
    } else if (action.case === "requestOperationData") {
      const operations = action.value.opIds.flatMap((id) => model.get(id) ?? []);
      const event = { event: { case: "updatedOperations", value: { operations } } } as const;
      stream.send(records.seal(create(SessionItemSchema, { action: { case: "receiveOperations", value: { event } } })));
    }
  }
}

/** The client's own database as far as its messages tell: what its manifest lacks is gone, unless it came before. */
function apply(model: Map<bigint, Operation>, said: readonly SessionItem[]): void {
  const came = new Set<bigint>();
  for (const { action } of said) {
    if (action.case === "operationManifest") {
      const listed = new Set(action.value.opIds);
      for (const id of model.keys()) if (!listed.has(id) && !came.has(id)) model.delete(id);
    }
    if (action.case !== "receiveOperations") continue;
    const event = action.value.event?.event;
    if (event?.case === "deletedOperations") for (const id of event.value.values) model.delete(id);
    if (event?.case !== "createdOperations" && event?.case !== "updatedOperations") continue;
    for (const operation of event.value.operations) {
      model.set(operation.id, fromBinary(OperationSchema, toBinary(OperationSchema, operation)));
      came.add(operation.id);
    }
  }
}
