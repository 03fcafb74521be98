import { expect, test } from "@jest/globals";
import { pino } from "pino";
import { PeerBoard } from "../../src/connections/board.js";
import { PeerStatus } from "../../src/connections/peer-status.js";
import type { PeerRecord, Store } from "../../src/store/store.js";

test("PAIR7: a peer with a new key is shown once, under that key", () => {
  const board = new PeerBoard();
  // Nothing that is stored is changed by this.
  const store = {} as Store;
  const same = <T>(value: T): T => value;
  const unseal = (): never => {
    throw new Error("nothing is sealed");
  };
  const seal = () => new Uint8Array();
  const status = new PeerStatus({
    store,
    board,
    logger: pino({ level: "silent" }),
    now: () => 0,
    mask: same,
    seal,
    unseal,
  });
  status.added(peer(["old"]));
  status.rekeyed(peer(["old", "new"]));
  expect(board.list()).toMatchObject([{ peerKeyid: "new", peerInstanceId: "laptop" }]);
});

/** The last key is the current one. */
function peer(keyids: readonly string[]): PeerRecord {
  return {
    id: 1,
    instanceId: "laptop",
    keys: keyids.map((keyid) => ({
      keyid,
      generation: "current",
      addedMs: 0,
      current: keyid === keyids.at(-1),
    })),
    addedMs: 0,
    facts: {},
    operationCount: 0n,
    poisonCount: 0n,
  };
}
