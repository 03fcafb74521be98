import { DatabaseSync } from "node:sqlite";
import { expect } from "@jest/globals";
import type { SyncStreamItem } from "../../gen/v1sync/syncservice_pb.js";
import { SeedPeer, type SeedPeerOptions } from "../../src/client/peer.js";
import { callHub, eventually } from "./hub-calls.js";
import { backup } from "./sample-operations.js";
import { type Flags, startTestHub, type TestHub } from "./test-hub.js";

const open: { close(): Promise<void> }[] = [];

/** Ends the hubs and peers that were made here. */
export async function closeAll(): Promise<void> {
  for (const thing of open.splice(0).reverse()) await thing.close();
}

export async function testHub(flags: Flags = {}): Promise<TestHub> {
  const hub = await startTestHub(flags);
  open.push(hub);
  return hub;
}

export async function connectedPeer(hub: TestHub, options: Partial<SeedPeerOptions>): Promise<SeedPeer> {
  const peer = new SeedPeer({ instanceId: "machine", url: hub.url, capabilities: ["logs", "throttle"], ...options });
  open.push({ close: async () => peer.kill() });
  await callHub(hub).peers.addPeer({ instanceId: peer.instanceId, keyid: peer.identity.keyid });
  await peer.connect();
  return peer;
}

export async function withBystander(options: Partial<SeedPeerOptions> = {}) {
  const hub = await testHub();
  const bystander = await connectedPeer(hub, { instanceId: "bystander" });
  const peer = await connectedPeer(hub, options);
  return { hub, bystander, peer };
}

/** Its session lives, and what it tells arrives. */
export async function expectWell(hub: TestHub, peer: SeedPeer): Promise<void> {
  const { id } = peer.history.add(backup());
  await shown(hub, peer, id);
  expect(peer.state.name).toBe("open");
}

export async function disconnect(hub: TestHub, peer: SeedPeer): Promise<void> {
  peer.kill();
  await eventually(async () => expect((await callHub(hub).hub.getStatus({})).peersConnected).toBe(0));
}

/** The operation as readers see it, as soon as they do. */
export function shown(hub: TestHub, peer: SeedPeer, id: bigint) {
  return eventually(async () => {
    const own = peer.history.get(id);
    const operation = (await callHub(hub).operationsOf(peer.identity.keyid)).get(id);
    if (operation === undefined || operation.status !== own?.status)
      throw new Error(`operation ${id} is not shown yet`);
    return operation;
  });
}

export async function refOf(hub: TestHub, peer: SeedPeer, id: bigint): Promise<string> {
  return (await shown(hub, peer, id)).logref;
}

export async function readPieces(hub: TestHub, ref: string): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const { value } of callHub(hub).backrest.getLogs({ ref })) pieces.push(value);
  return pieces;
}

export async function read(hub: TestHub, ref: string): Promise<Buffer> {
  return Buffer.concat(await readPieces(hub, ref));
}

/** Logs that the hub's database holds. */
export function keptLogs(hub: TestHub): number {
  const db = new DatabaseSync(hub.directory.paths.database, { readOnly: true });
  try {
    return Number(db.prepare("SELECT count(*) AS kept FROM logs").get()?.["kept"]);
  } finally {
    db.close();
  }
}

/** Takes the request for a log and then neither reads nor answers. */
export async function stopAtLog(item: SyncStreamItem): Promise<void> {
  if (item.action.case === "requestLog") await new Promise(() => {});
}

export function received(peer: SeedPeer, kind: SyncStreamItem["action"]["case"]): SyncStreamItem[] {
  return peer.received.filter(({ action }) => action.case === kind);
}

/** The names of the logs that the peer was asked for. */
export function asked(peer: SeedPeer): string[] {
  return peer.received.flatMap(({ action }) => (action.case === "requestLog" ? [action.value.logId] : []));
}

export function answers(peer: SeedPeer) {
  return peer.received.flatMap(({ action }) => (action.case === "receiveLogData" ? [action.value] : []));
}

export function logData(logId: string, bytes: number): Parameters<SeedPeer["sendItem"]>[0] {
  return { action: { case: "receiveLogData", value: { logId, chunk: new Uint8Array(bytes) } } };
}
