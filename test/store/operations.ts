import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MessageInitShape, create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Int64ListSchema } from "../../gen/types/value_pb.js";
import {
  type Operation,
  type OperationEvent,
  OperationEventSchema,
  OperationListSchema,
  OperationSchema,
  OperationStatus,
} from "../../gen/v1/operations_pb.js";
import type { IngestOutcome, OperationQuery, Store } from "../../src/store/store.js";

export type OperationInit = MessageInitShape<typeof OperationSchema>;

const START_MS = 1_700_000_000_000n;

/** An operation as a peer sends it: a backup that has ended, in a flow of its own. */
export function operation(init: OperationInit & { id: bigint }): Operation {
  return create(OperationSchema, {
    repoId: "nas",
    repoGuid: "guid-nas",
    planId: "home",
    instanceId: "laptop",
    status: OperationStatus.STATUS_SUCCESS,
    unixTimeStartMs: START_MS + init.id * 1000n,
    unixTimeEndMs: START_MS + init.id * 1000n + 500n,
    flowId: init.id,
    modno: init.id,
    op: { case: "operationBackup", value: {} },
    ...init,
  });
}

export function encode(message: Operation): Uint8Array {
  return toBinary(OperationSchema, message);
}

type EventCase = "createdOperations" | "updatedOperations";

/** The bytes of an event with a list of operations. */
export function listEvent(operations: readonly Operation[], kind: EventCase = "updatedOperations"): Uint8Array {
  const value = create(OperationListSchema, { operations: [...operations] });
  return toBinary(OperationEventSchema, create(OperationEventSchema, { event: { case: kind, value } }));
}

export function deletedEvent(ids: readonly bigint[]): Uint8Array {
  const value = create(Int64ListSchema, { values: [...ids] });
  return toBinary(OperationEventSchema, create(OperationEventSchema, { event: { case: "deletedOperations", value } }));
}

/** The bytes of an event whose list holds these bytes, whatever they are. */
export function rawListEvent(operations: readonly Uint8Array[]): Uint8Array {
  const list = Buffer.concat(operations.flatMap((bytes) => [lengthDelimited(1, bytes.byteLength), bytes]));
  return new Uint8Array(Buffer.concat([lengthDelimited(3, list.byteLength), list]));
}

/** The tag and the length of a length-delimited field. */
export function lengthDelimited(field: number, length: number): Uint8Array {
  return Uint8Array.from([...varint(field * 8 + 2), ...varint(length)]);
}

export function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

/** A peer of a store, with what a test mostly does to it. */
export class TestPeer {
  private constructor(
    readonly store: Store,
    readonly id: number,
    readonly keyid: string,
  ) {}

  static async add(store: Store, instanceId: string, keyid = `key-${instanceId}`): Promise<TestPeer> {
    const peer = await store.addPeer({ instanceId, keyid, generation: "seed", atMs: 1000 });
    return new TestPeer(store, peer.id, keyid);
  }

  /** The same peer in another session, or under another key. */
  send(event: Uint8Array, options: { session?: number; keyid?: string; atMs?: number } = {}): Promise<IngestOutcome> {
    const { session = 1, keyid = this.keyid, atMs = 2000 } = options;
    return this.store.ingest({ peerId: this.id, session, keyid, event, atMs });
  }

  update(operations: readonly Operation[], session = 1): Promise<IngestOutcome> {
    return this.send(listEvent(operations), { session });
  }

  delete(ids: readonly bigint[], session = 1): Promise<IngestOutcome> {
    return this.send(deletedEvent(ids), { session });
  }

  /** What reads give of this peer's operations. */
  operations(query: OperationQuery = {}): Promise<Operation[]> {
    return ask(this.store, { originalInstanceKeyid: this.keyid, ...query });
  }
}

/** Queries and decodes. */
export async function ask(store: Store, query: OperationQuery): Promise<Operation[]> {
  const { bytes, count } = await store.queryOperations(query);
  const { operations } = fromBinary(OperationListSchema, bytes);
  if (operations.length !== count) throw new Error(`the answer says ${count} and holds ${operations.length}`);
  return operations;
}

export function decodeEvents(events: readonly Uint8Array[]): OperationEvent[] {
  return events.map((event) => fromBinary(OperationEventSchema, event));
}

/** A directory that the test removes. */
export async function temporaryDirectory(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "backrest-hub-store-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
