import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { pino } from "pino";
import { PeerBoard } from "../../src/connections/board.js";
import { PeerStatus } from "../../src/connections/peer-status.js";
import type { PeerFacts, PeerRecord, Store } from "../../src/store/store.js";

const MINUTE_MS = 60_000;
beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function peer(id: number, facts: PeerFacts = {}): PeerRecord {
  const keys = [{ keyid: `key-${id}`, generation: "current", addedMs: 0, current: true }] as const;
  return { id, instanceId: `machine-${id}`, keys, addedMs: 0, facts, operationCount: 0n, poisonCount: 0n };
}

test("HV67: who does not come back in time is not waited for at the next start, and who did is", async () => {
  const saved: (readonly [peerId: number, inSession: boolean | undefined])[] = [];
  const listed = [peer(1, { inSession: true }), peer(2, { inSession: true }), peer(3, { inSession: false }), peer(4)];
  const store: Partial<Store> = {
    listPeers: async () => [...listed, { ...peer(5, { inSession: true }), removedMs: 1 }],
    savePeerFacts: async (peerId, { inSession }) => void saved.push([peerId, inSession]),
  };
  const status = new PeerStatus({
    store: store as Store,
    board: new PeerBoard(),
    logger: pino({ level: "silent" }),
    now: () => Date.now(),
    mask: (config) => config,
    seal: () => new Uint8Array(),
    unseal: () => {
      throw new Error("nothing is sealed");
    },
  });
  await status.load();
  await jest.advanceTimersByTimeAsync(5 * MINUTE_MS);
  const hello = { generation: "current", keyid: "key-1", instanceId: "machine-1", clearText: false } as const;
  status.connected(peer(1), { ...hello, pairingSecret: "", capabilities: [] }, { encrypted: true });
  expect(saved).toEqual([[1, true]]);
  await jest.advanceTimersByTimeAsync(2 * MINUTE_MS);
  expect(saved).toEqual([
    [1, true],
    [2, false],
  ]);
  status.close();
  expect(jest.getTimerCount()).toBe(0);
});
