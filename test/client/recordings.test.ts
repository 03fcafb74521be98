import { toJson } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type SyncStreamItem, SyncStreamItemSchema } from "../../gen/v1sync/syncservice_pb.js";
import { SeedPeer } from "../../src/client/peer.js";
import { operationsOf, type RecordedItem, readRecording } from "./recordings.js";
import { type HostStream, TestHost } from "./test-host.js";

let host: TestHost;
let peer: SeedPeer | undefined;

beforeEach(async () => {
  host = await TestHost.listen();
});

afterEach(async () => {
  await peer?.close();
  await host.close();
});

/** An item without what no two runs share: signatures and times. */
function comparable(item: SyncStreamItem): unknown {
  if (item.action.case === "handshake" && item.action.value.instanceId !== undefined) {
    item.action.value.instanceId.signature = new Uint8Array();
    item.action.value.instanceId.timestampMillis = 0n;
  }
  return toJson(SyncStreamItemSchema, item);
}

/** The peer that was recorded: its identity, its operations, and what it showed in its greeting. */
function recordedPeer(name: string): { recorded: SeedPeer; items: readonly RecordedItem[] } {
  const recording = readRecording(name);
  const recorded = new SeedPeer({ url: host.url, instanceId: recording.instanceId, identity: recording.identity });
  recorded.history.load(operationsOf(recording));
  for (const { from, item } of recording.items) {
    if (from === "peer" && item.action.case === "receiveConfig") recorded.config = item.action.value.config ?? {};
    if (from === "peer" && item.action.case === "receiveResources") recorded.resources = item.action.value;
  }
  return { recorded, items: recording.items };
}

/** Plays the host's side and compares what the peer says with what the recorded one said, in the same order. */
async function replay(stream: HostStream, items: readonly RecordedItem[]): Promise<number> {
  let compared = 0;
  for (const { from, item } of items) {
    if (from === "host") {
      // The signature of this generation does not cover the time, so the recorded handshake can be brought up to date.
      if (item.action.case === "handshake" && item.action.value.instanceId !== undefined) {
        item.action.value.instanceId.timestampMillis = BigInt(Date.now());
      }
      stream.send(item);
    } else {
      expect(comparable(await stream.next())).toEqual(comparable(item));
      compared += 1;
    }
  }
  return compared;
}

describe("the host's side of recordings of real programs", () => {
  test.each([
    ["v1.11.0-a-initial", 5],
    ["v1.12.1-a-initial", 5],
    ["v1.11.0-e-1200-high-opid", 27],
    ["v1.12.1-e-1200-high-opid", 27],
  ])("PEER4: %s: the peer says what the recorded Backrest said", async (name, expected) => {
    const { recorded, items } = recordedPeer(name);
    peer = recorded;
    peer.dial();
    await expect(replay(await host.stream(), items)).resolves.toBe(expected);
    expect(peer.state.name).toBe("open");
  });

  test("PEER4: v1.12.1-h-host-messages: answers to marks, heartbeats and news of the host", async () => {
    const { recorded, items } = recordedPeer("v1.12.1-h-host-messages");
    peer = recorded;
    peer.dial();
    const end = items.findIndex(({ item }) => item.action.case === "setConfig");
    await expect(replay(await host.stream(), items.slice(0, end))).resolves.toBe(6);
    expect(peer.state.name).toBe("open");
  });
});
