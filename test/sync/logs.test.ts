import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { Code } from "@connectrpc/connect";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { SyncStreamItem } from "../../gen/v1sync/syncservice_pb.js";
import { SeedPeer, type SeedPeerOptions } from "../../src/client/peer.js";
import { LOG_MAX_BYTES } from "../../src/store/logs.js";
import { callHub, eventually } from "../support/hub-calls.js";
import { backup, ERROR, hook, SUCCESS } from "../support/sample-operations.js";
import { type Flags, startTestHub, type TestHub } from "../support/test-hub.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

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

describe("bad input", () => {
  const endings: Record<string, Parameters<SeedPeer["sendItem"]>[0]> = {
    "a log that was not asked for": logData("x", 10),
    "a log named like a path": logData("../../etc/passwd", 10),
    "a log with a NUL in its name": logData("a\0b", 10),
    "a log with a name of 10 KiB": logData("x".repeat(10_240), 10),
    "an end of no log": logData("", 0),
  };
  for (const [name, item] of Object.entries(endings)) {
    test(`LOGS11: ${name} ends that session with words, and nothing else`, async () => {
      const { hub, bystander, peer } = await withBystander();
      await peer.sendItem(item);
      const end = await peer.session?.ended;
      expect(end).toMatchObject({ cause: "host", code: Code.InvalidArgument });
      expect(end?.message).toContain("did not ask for");
      await expectWell(hub, bystander);
      await peer.connect();
    });
  }

  test("LOGS10: a log without an end ends that session with words, and nothing else", async () => {
    const { hub, bystander, peer } = await withBystander({
      onItem: async (item) => {
        if (item.action.case !== "requestLog") return;
        while (await peer.sendItem(logData("t-1", 1 << 20))) await new Promise((resolve) => setImmediate(resolve));
      },
    });
    const { id } = peer.history.add({ ...backup(), status: ERROR, logref: "t-1" });
    await refOf(hub, peer, id);
    const ended = { cause: "protocol", code: "resource_exhausted", instance: "machine" };
    await eventually(() => expect(hub.log).toContainEqual(expect.objectContaining(ended)), 15_000);
    await expectWell(hub, bystander);
  });

  test("LOGS12: a peer that asks the hub for a log, whatever its name, is told that there is none", async () => {
    const { hub, bystander, peer } = await withBystander();
    const names = ["t-1", "../../etc/passwd", "a\0b", "", "x".repeat(10_240)];
    for (const logId of names) await peer.sendItem({ action: { case: "requestLog", value: { logId } } });
    await eventually(() => expect(answers(peer)).toHaveLength(names.length));
    expect(answers(peer).map(({ logId }) => logId)).toEqual(names.map((name) => name.slice(0, 128)));
    expect(new Set(answers(peer).map(({ errorMessage }) => errorMessage))).toEqual(
      new Set(["the hub keeps no log of that name"]),
    );
    await expectWell(hub, bystander);
    await expectWell(hub, peer);
  });
});

describe("throttle", () => {
  test("THR1: a peer that asks for quiet is asked for nothing until it is over", async () => {
    const hub = await testHub();
    const peer = await connectedPeer(hub, { readLog: () => ({ content: Buffer.from("log") }) });
    const { id } = peer.history.add({ ...backup(), status: SUCCESS, logref: "t-1" });
    const ref = await refOf(hub, peer, id);
    await peer.sendItem({ action: { case: "throttle", value: { delayMs: 1_500n } } });
    await peer.sendItem({ action: { case: "throttle", value: { delayMs: -(2n ** 63n) } } });
    const began = Date.now();
    // What is sent behind the throttle has been read when it shows.
    await expectWell(hub, peer);
    expect(String(await read(hub, ref))).toBe("log");
    expect(Date.now() - began).toBeGreaterThanOrEqual(1_300);
  });

  test("THR2: an enormous delay does not silence the hub for longer than a minute, nor end anything", async () => {
    const { hub, bystander, peer } = await withBystander();
    await peer.sendItem({ action: { case: "throttle", value: { delayMs: 2n ** 63n - 1n } } });
    await expectWell(hub, peer);
    await expectWell(hub, bystander);
  });

  test("THR3: a peer that fills more than its share is told to wait, and everything of it is stored", async () => {
    const hub = await testHub({ "session-queue-max-bytes": "2MiB", "message-max-bytes": "1MiB" });
    const peer = await connectedPeer(hub, {});
    // Behind the answer to the request for its history, which would hold all of them in one message.
    await eventually(() => expect(received(peer, "requestResources")).toHaveLength(2));
    const displayMessage = "x".repeat(200_000);
    for (let n = 0; n < 60; n++) peer.history.add({ ...backup(), displayMessage });
    await eventually(() => expect(received(peer, "throttle").length).toBeGreaterThan(0));
    for (const { action } of received(peer, "throttle")) {
      const delayMs = action.case === "throttle" ? Number(action.value.delayMs) : 0;
      expect(delayMs).toBeGreaterThanOrEqual(100);
      expect(delayMs).toBeLessThanOrEqual(5_000);
    }
    await eventually(async () => expect((await callHub(hub).operationsOf(peer.identity.keyid)).size).toBe(60), 15_000);
    expect(peer.state).toMatchObject({ name: "open" });
  });
});

async function testHub(flags: Flags = {}): Promise<TestHub> {
  const hub = await startTestHub(flags);
  open.push(hub);
  return hub;
}

async function connectedPeer(hub: TestHub, options: Partial<SeedPeerOptions>): Promise<SeedPeer> {
  const peer = new SeedPeer({ instanceId: "machine", url: hub.url, capabilities: ["logs", "throttle"], ...options });
  open.push({ close: async () => peer.kill() });
  await callHub(hub).peers.addPeer({ instanceId: peer.instanceId, keyid: peer.identity.keyid });
  await peer.connect();
  return peer;
}

async function withBystander(options: Partial<SeedPeerOptions> = {}) {
  const hub = await testHub();
  const bystander = await connectedPeer(hub, { instanceId: "bystander" });
  const peer = await connectedPeer(hub, options);
  return { hub, bystander, peer };
}

/** Its session lives, and what it tells arrives. */
async function expectWell(hub: TestHub, peer: SeedPeer): Promise<void> {
  const { id } = peer.history.add(backup());
  await shown(hub, peer, id);
  expect(peer.state.name).toBe("open");
}

async function disconnect(hub: TestHub, peer: SeedPeer): Promise<void> {
  peer.kill();
  await eventually(async () => expect((await callHub(hub).hub.getStatus({})).peersConnected).toBe(0));
}

/** The operation as readers see it, as soon as they do. */
function shown(hub: TestHub, peer: SeedPeer, id: bigint) {
  return eventually(async () => {
    const own = peer.history.get(id);
    const operation = (await callHub(hub).operationsOf(peer.identity.keyid)).get(id);
    if (operation === undefined || operation.status !== own?.status)
      throw new Error(`operation ${id} is not shown yet`);
    return operation;
  });
}

async function refOf(hub: TestHub, peer: SeedPeer, id: bigint): Promise<string> {
  return (await shown(hub, peer, id)).logref;
}

async function readPieces(hub: TestHub, ref: string): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const { value } of callHub(hub).backrest.getLogs({ ref })) pieces.push(value);
  return pieces;
}

async function read(hub: TestHub, ref: string): Promise<Buffer> {
  return Buffer.concat(await readPieces(hub, ref));
}

/** Logs that the hub's database holds. */
function keptLogs(hub: TestHub): number {
  const db = new DatabaseSync(hub.directory.paths.database, { readOnly: true });
  try {
    return Number(db.prepare("SELECT count(*) AS kept FROM logs").get()?.["kept"]);
  } finally {
    db.close();
  }
}

/** Takes the request for a log and then neither reads nor answers. */
async function stopAtLog(item: SyncStreamItem): Promise<void> {
  if (item.action.case === "requestLog") await new Promise(() => {});
}

function received(peer: SeedPeer, kind: SyncStreamItem["action"]["case"]): SyncStreamItem[] {
  return peer.received.filter(({ action }) => action.case === kind);
}

/** The names of the logs that the peer was asked for. */
function asked(peer: SeedPeer): string[] {
  return peer.received.flatMap(({ action }) => (action.case === "requestLog" ? [action.value.logId] : []));
}

function answers(peer: SeedPeer) {
  return peer.received.flatMap(({ action }) => (action.case === "receiveLogData" ? [action.value] : []));
}

function logData(logId: string, bytes: number): Parameters<SeedPeer["sendItem"]>[0] {
  return { action: { case: "receiveLogData", value: { logId, chunk: new Uint8Array(bytes) } } };
}
