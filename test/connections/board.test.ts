import { describe, expect, test } from "@jest/globals";
import { ConnectionState } from "../../gen/v1sync/syncservice_pb.js";
import { PeerBoard } from "../../src/connections/board.js";

describe("peer board", () => {
  test("STATE1: all states first, then every change", async () => {
    const board = new PeerBoard();
    board.update("a", { instanceId: "one", state: ConnectionState.CONNECTED });
    board.update("b", { instanceId: "two" });
    const watcher = board.watch();
    expect((await watcher.next(1))?.peerKeyid).toBe("a");
    expect((await watcher.next(1))?.peerKeyid).toBe("b");
    board.update("a", { state: ConnectionState.DISCONNECTED });
    expect(await watcher.next(1)).toMatchObject({ peerInstanceId: "one", state: ConnectionState.DISCONNECTED });
    expect(await watcher.next(1)).toBeUndefined();
    watcher.close();
  });

  test("STATE2: a slow reader gets the latest state of each peer, whatever happened in between", async () => {
    const board = new PeerBoard();
    const watcher = board.watch();
    for (let n = 1; n <= 1000; n++) {
      board.update("a", { lastHeartbeatMs: n });
      board.update("b", { lastHeartbeatMs: -n });
    }
    expect(await watcher.next(1)).toMatchObject({ peerKeyid: "a", lastHeartbeatMillis: 1000n });
    expect(await watcher.next(1)).toMatchObject({ peerKeyid: "b", lastHeartbeatMillis: -1000n });
    expect(await watcher.next(1)).toBeUndefined();
    watcher.close();
  });

  test("STATE3: a removed peer leaves with one last state without a connection", async () => {
    const board = new PeerBoard();
    board.update("a", { instanceId: "one", state: ConnectionState.CONNECTED });
    const watcher = board.watch();
    await watcher.next(1);
    board.remove("a", "removed");
    board.remove("a", "removed");
    expect(await watcher.next(1)).toMatchObject({
      peerKeyid: "a",
      peerInstanceId: "one",
      state: ConnectionState.UNKNOWN,
      statusMessage: "removed",
    });
    expect(await watcher.next(1)).toBeUndefined();
    expect(board.list()).toEqual([]);
    watcher.close();
  });

  test("STATE4: a state that a reader holds is never changed under it", async () => {
    const board = new PeerBoard();
    board.update("a", { statusMessage: "before" });
    const held = board.get("a");
    board.update("a", { statusMessage: "after" });
    expect(held?.statusMessage).toBe("before");
  });

  test("STATE5: prototype names are peers like others", () => {
    const board = new PeerBoard();
    board.update("__proto__", { instanceId: "constructor" });
    expect(board.get("__proto__")?.peerInstanceId).toBe("constructor");
    expect(board.get("toString")).toBeUndefined();
  });

  test("STATE6: closing a watcher ends its wait and leaves the board", async () => {
    const board = new PeerBoard();
    const watcher = board.watch();
    const waiting = watcher.next(60_000);
    watcher.close();
    expect(await waiting).toBeUndefined();
    expect(board.watchers).toBe(0);
  });
});
