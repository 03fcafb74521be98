import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, test } from "@jest/globals";
import { LOG_MAX_BYTES } from "../../src/store/logs.js";
import { eventually } from "../support/hub-calls.js";
import { backup, ERROR, hook, SUCCESS } from "../support/sample-operations.js";
import {
  asked,
  closeAll,
  connectedPeer,
  disconnect,
  keptLogs,
  read,
  readPieces,
  refOf,
  shown,
  stopAtLog,
  testHub,
} from "../support/log-peers.js";

afterEach(closeAll);

describe("logs", () => {
  test("LOGS2: the log of what ended in an error is fetched at once, and read when its machine is away", async () => {
    const hub = await testHub();
    const log = randomBytes(300_000);
    const peer = await connectedPeer(hub, { readLog: () => ({ content: log }) });
    const { id } = peer.history.start({ ...backup(), logref: "t-1" });
    peer.history.finish(id, ERROR);
    await eventually(() => expect(asked(peer)).toEqual(["t-1"]));
    await eventually(() => expect(keptLogs(hub)).toBe(1));
    await disconnect(hub, peer);
    expect((await read(hub, await refOf(hub, peer, id))).equals(log)).toBe(true);
  });

  test("LOGS2: nothing is fetched of what ended well until a reader asks, and then once", async () => {
    const hub = await testHub();
    const log = randomBytes(200_001);
    const peer = await connectedPeer(hub, { readLog: () => ({ content: log }) });
    const { id } = peer.history.start({ ...backup(), logref: "t-1" });
    peer.history.finish(id, SUCCESS);
    const ref = await refOf(hub, peer, id);
    expect(asked(peer)).toEqual([]);
    expect((await read(hub, ref)).equals(log)).toBe(true);
    expect((await read(hub, ref)).equals(log)).toBe(true);
    expect(asked(peer)).toEqual(["t-1"]);
  });

  test("LOGS2: readers of the same log share one fetch; the log of a running operation is fetched anew", async () => {
    const hub = await testHub();
    let log = randomBytes(1_000);
    const peer = await connectedPeer(hub, { readLog: () => ({ content: log }) });
    const { id } = peer.history.start({ ...backup(), logref: "t-1" });
    const ref = await refOf(hub, peer, id);
    const both = await Promise.all([read(hub, ref), read(hub, ref)]);
    expect(both.every((each) => each.equals(log))).toBe(true);
    log = randomBytes(2_000);
    expect((await read(hub, ref)).equals(log)).toBe(true);
  });

  test("LOGS1: two machines' logs of the same name, and a hook's, are told apart", async () => {
    const hub = await testHub();
    const one = await connectedPeer(hub, {
      instanceId: "one",
      readLog: (id) => ({ content: Buffer.from(`one ${id}`) }),
    });
    const two = await connectedPeer(hub, {
      instanceId: "two",
      readLog: (id) => ({ content: Buffer.from(`two ${id}`) }),
    });
    const ids = [one, two].map((peer) => peer.history.add({ ...backup(), logref: "same" }).id);
    const ran = two.history.add({
      ...hook(ids[1] ?? 0n),
      op: { case: "operationRunHook", value: { outputLogref: "same" } },
    });
    const refs = [await refOf(hub, one, ids[0] ?? 0n), await refOf(hub, two, ids[1] ?? 0n)];
    expect(new Set(refs).size).toBe(2);
    expect(await Promise.all(refs.map(async (ref) => String(await read(hub, ref))))).toEqual(["one same", "two same"]);
    const { op } = await shown(hub, two, ran.id);
    const output = op.case === "operationRunHook" ? op.value.outputLogref : "";
    expect(String(await read(hub, output))).toBe("two same");
  });

  test("LOGS12: where there is no log the answer is one message of words and OK", async () => {
    const hub = await testHub();
    const peer = await connectedPeer(hub, {});
    const plain = await connectedPeer(hub, { instanceId: "plain", capabilities: [] });
    const names = ["t-1", "../../etc/passwd", `x${"y".repeat(10_240)}`];
    const [gone, path, long] = names.map((logref) => peer.history.add({ ...backup(), logref }).id);
    const silent = plain.history.add({ ...backup(), logref: "t-1" });
    const cases = [
      ["", "knows no log of that name"],
      ["../../etc/passwd", "knows no log of that name"],
      ["o999.t-1", "knows no log of that name"],
      [await refOf(hub, peer, gone ?? 0n), "this peer has no log t-1"],
      [await refOf(hub, peer, path ?? 0n), "not one that the hub asks a machine for"],
      [await refOf(hub, peer, long ?? 0n), "not one that the hub asks a machine for"],
      [await refOf(hub, plain, silent.id), "sends no logs"],
    ] as const;
    for (const [ref, words] of cases) {
      const pieces = await readPieces(hub, ref);
      expect(pieces).toHaveLength(1);
      expect(Buffer.concat(pieces).toString()).toContain(words);
    }
    expect(asked(peer)).toEqual(["t-1"]);
    expect([peer.state.name, plain.state.name]).toEqual(["open", "open"]);
  });

  test("SES13: a peer that announced nothing is never asked, whatever ends in an error", async () => {
    const hub = await testHub();
    const plain = await connectedPeer(hub, { capabilities: [] });
    const { id } = plain.history.add({ ...backup(), status: ERROR, logref: "t-1" });
    await read(hub, await refOf(hub, plain, id));
    expect(asked(plain)).toEqual([]);
    expect(plain.state.name).toBe("open");
  });

  test("LOGS6: a log that its peer lets expire is deleted and counted; one that has expired is only passed on", async () => {
    const hub = await testHub();
    const until = BigInt(Math.floor(Date.now() / 1000) + 3);
    const peer = await connectedPeer(hub, {
      readLog: () => ({ content: Buffer.from(" rest") }),
      onItem: async (item) => {
        if (item.action.case !== "requestLog") return;
        const { logId } = item.action.value;
        const piece = { logId, chunk: Buffer.from("first"), expirationTsUnix: logId === "past" ? 1n : until };
        await peer.sendItem({ action: { case: "receiveLogData", value: piece } });
      },
    });
    const [past, soon] = ["past", "soon"].map(
      (logref) => peer.history.add({ ...backup(), status: SUCCESS, logref }).id,
    );
    expect(String(await read(hub, await refOf(hub, peer, past ?? 0n)))).toBe("first rest");
    const ref = await refOf(hub, peer, soon ?? 0n);
    expect(String(await read(hub, ref))).toBe("first rest");
    expect(asked(peer)).toEqual(["past", "soon"]);
    await disconnect(hub, peer);
    expect(String(await read(hub, ref))).toBe("first rest");
    await eventually(async () => expect(String(await read(hub, ref))).toContain("not fetched this log"), 5_000);
  });

  test("LOGS10: a log above 4 MiB is cut with words, and its session goes on", async () => {
    const hub = await testHub();
    const log = randomBytes(LOG_MAX_BYTES + 500_000);
    const peer = await connectedPeer(hub, {
      readLog: (id) => ({ content: id === "large" ? log : Buffer.from("small") }),
    });
    const [large, small] = ["large", "small"].map(
      (logref) => peer.history.add({ ...backup(), status: SUCCESS, logref }).id,
    );
    const cut = await read(hub, await refOf(hub, peer, large ?? 0n));
    expect(cut.byteLength).toBe(LOG_MAX_BYTES);
    const kept = cut.lastIndexOf("\n[the hub keeps the first 4 MiB");
    expect(kept).toBeGreaterThan(LOG_MAX_BYTES - 200);
    expect(cut.subarray(0, kept).equals(log.subarray(0, kept))).toBe(true);
    expect(String(await read(hub, await refOf(hub, peer, small ?? 0n)))).toBe("small");
  });

  test("LOGS9: a machine that stops in the middle of a log leaves its beginning, with words", async () => {
    const hub = await testHub({ "log-timeout": "300ms" });
    const peer = await connectedPeer(hub, {
      onItem: async (item) => {
        if (item.action.case !== "requestLog") return;
        const { logId } = item.action.value;
        await peer.sendItem({ action: { case: "receiveLogData", value: { logId, chunk: Buffer.from("beginning") } } });
        await new Promise(() => {});
      },
    });
    const { id } = peer.history.add({ ...backup(), status: SUCCESS, logref: "t-1" });
    const ref = await refOf(hub, peer, id);
    expect(String(await read(hub, ref))).toMatch(/^beginning\n\[.*did not send the end of this log in time\]\n$/);
    expect(peer.state.name).toBe("open");
    await disconnect(hub, peer);
    expect(String(await read(hub, ref))).toMatch(/^beginning\n\[/);
  });

  test("LOGS8: whoever waits for the log of a machine that leaves is told so", async () => {
    const hub = await testHub();
    const peer = await connectedPeer(hub, { onItem: stopAtLog });
    const { id } = peer.history.add({ ...backup(), status: SUCCESS, logref: "t-1" });
    const answer = read(hub, await refOf(hub, peer, id));
    await eventually(() => expect(asked(peer)).toEqual(["t-1"]));
    peer.kill();
    expect(String(await answer)).toContain("the machine left");
  });

  test("LOGS11: a log of an operation that is not the one it was asked for is not kept", async () => {
    const hub = await testHub();
    const peer = await connectedPeer(hub, {
      readLog: () => ({ content: Buffer.from("rest") }),
      onItem: async (item) => {
        if (item.action.case !== "requestLog") return;
        const { logId } = item.action.value;
        const value = { logId, ownerOpid: 4711n, chunk: Buffer.from("foreign") };
        await peer.sendItem({ action: { case: "receiveLogData", value } });
      },
    });
    const { id } = peer.history.add({ ...backup(), status: SUCCESS, logref: "t-1" });
    expect(String(await read(hub, await refOf(hub, peer, id)))).toContain("belongs to another operation");
    expect(keptLogs(hub)).toBe(0);
    expect(peer.state.name).toBe("open");
  });
});
