import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Code, ConnectError } from "@connectrpc/connect";
import { History, type NewOperation } from "../../src/client/history.js";
import { keepConnected } from "../../src/client/keep-connected.js";
import { SeedPeer, type SeedPeerOptions } from "../../src/client/peer.js";
import { until } from "./h2-server.js";
import { type ItemInit, TestHost } from "./test-host.js";

const BACKUP: NewOperation = { repoId: "r", repoGuid: "g", planId: "p", op: { case: "operationBackup", value: {} } };
const REQUEST_RESOURCES: ItemInit = { action: { case: "requestResources", value: {} } };

let host: TestHost;
let peers: SeedPeer[] = [];

beforeEach(async () => {
  host = await TestHost.listen();
});

afterEach(async () => {
  for (const peer of peers) peer.kill();
  peers = [];
  await until("no connection is open", () => host.server.connections === 0);
  await host.close();
});

async function opened(options: Partial<SeedPeerOptions> = {}) {
  const peer = new SeedPeer({ url: host.url, instanceId: "one", ...options });
  peers.push(peer);
  const [session, stream] = await Promise.all([peer.connect(), host.opened()]);
  return { peer, session, stream };
}

/** Whether the host's only connection answers a PING in time. */
async function answersPing(timeoutMs: number): Promise<boolean> {
  const answer = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => answer.resolve(false), timeoutMs);
  host.server.sessions[0]?.ping((error) => answer.resolve(error === null));
  const answered = await answer.promise;
  clearTimeout(timer);
  return answered;
}

describe("how a peer goes", () => {
  test("PEER14: closed, it says what it has to say, ends its side, and leaves no connection", async () => {
    const { peer, session, stream } = await opened();
    peer.history.start(BACKUP);
    const closing = peer.close();
    await stream.nextOf("receiveOperations");
    await expect(stream.next()).rejects.toThrow("ended its side");
    await closing;
    await expect(session.ended).resolves.toMatchObject({ cause: "closed", code: undefined });
    await until("the connection is gone", () => host.server.connections === 0);
  });

  test("PEER14: a host that does not end its side is not waited for long", async () => {
    const { peer, stream } = await opened();
    stream.lingers = true;
    await peer.close();
    await stream.gone();
  });

  test("PEER15: given up, it neither reads nor sends, its stream stays open and pings are answered", async () => {
    const { peer, session, stream } = await opened({ heartbeatMs: 20 });
    peer.giveUp();
    await expect(session.ended).resolves.toMatchObject({ cause: "gave-up" });
    stream.send(REQUEST_RESOURCES);
    peer.history.start(BACKUP);
    await expect(answersPing(1_000)).resolves.toBe(true);
    // What it had sent before may have been on its way.
    while (stream.unread > 0) await stream.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(stream.unread).toBe(0);
    expect(stream.reading).toBe(true);
    expect(stream.signal.aborted).toBe(false);
  });

  test("PEER15: after it gave up, the next session is another stream on the same connection", async () => {
    const { peer, stream } = await opened();
    peer.giveUp();
    await Promise.all([peer.connect(), host.opened()]);
    expect(host.server.connections).toBe(1);
    expect(host.server.streams).toBe(2);
    expect(stream.reading).toBe(true);
  });

  test("PEER15: it sees that the host ended a stream that it gave up", async () => {
    const { peer, session, stream } = await opened();
    peer.giveUp();
    stream.end(new ConnectError("no answer", Code.Unavailable));
    await session.streamEnded;
    expect(peer.state).toMatchObject({ end: { cause: "gave-up" } });
  });

  test("PEER16: frozen, it answers no ping and says nothing, and thawed it goes on", async () => {
    const { peer, stream } = await opened({ freezable: true, heartbeatMs: 20 });
    await stream.nextOf("heartbeat");
    peer.freeze();
    await new Promise((resolve) => setTimeout(resolve, 30));
    while (stream.unread > 0) await stream.next();
    await expect(answersPing(100)).resolves.toBe(false);
    expect(stream.unread).toBe(0);
    expect(host.server.connections).toBe(1);
    peer.thaw();
    await stream.nextOf("heartbeat");
    await expect(answersPing(1_000)).resolves.toBe(true);
  });

  test("PEER16: frozen for ever, it can be killed", async () => {
    const { peer, stream } = await opened({ freezable: true });
    peer.freeze();
    peer.kill();
    await stream.gone();
  });

  test("PEER17: killed, its connection is cut without a word", async () => {
    const { peer, session, stream } = await opened();
    peer.kill();
    await stream.gone();
    await expect(session.ended).resolves.toMatchObject({ cause: "closed" });
    await session.streamEnded;
  });

  test("PEER17: restarted, it uses the id of a deleted last operation again", async () => {
    const { peer, stream } = await opened();
    peer.history.start(BACKUP);
    peer.history.delete(1n);
    peer.restart();
    await stream.gone();
    const [, second] = await Promise.all([peer.connect(), host.opened()]);
    peer.history.start(BACKUP);
    const { event } = await second.nextOf("receiveOperations");
    expect(event?.event.value).toMatchObject({ operations: [{ id: 1n }] });
  });
});

describe("a host that reads too slowly", () => {
  test("PEER18: a full queue ends the session after 100 ms, without a word to the host", async () => {
    const history = new History({ instanceId: "one" });
    const displayMessage = "x".repeat(20_000);
    for (let i = 0; i < 300; i += 1) history.add({ ...BACKUP, displayMessage });
    const { peer, session, stream } = await opened({ history });
    const server = host.server.sessions[0];
    // The host stops reading its socket, so that the windows and buffers below fill up.
    server?.setLocalWindowSize(1);
    stream.pauseReading();
    for (let i = 0; i < 60; i += 1) {
      stream.send({ action: { case: "requestOperations", value: { highOpid: 9223372036854775807n } } });
    }
    await expect(session.ended).resolves.toMatchObject({ cause: "gave-up", code: Code.ResourceExhausted });
    expect(peer.state.name).toBe("ended");
    expect(stream.signal.aborted).toBe(false);
  });
});

describe("staying connected", () => {
  test("PEER19: a session that ended is dialled again after upstream's waiting times", async () => {
    const peer = new SeedPeer({ url: host.url, instanceId: "one" });
    peers.push(peer);
    const stop = new AbortController();
    const loop = keepConnected(peer, { signal: stop.signal, timeScale: 0.01 });
    const times: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      const stream = await host.opened();
      times.push(performance.now());
      stream.end(new ConnectError("again", Code.Unavailable));
    }
    const [first = 0, second = 0, third = 0] = times;
    expect(second - first).toBeGreaterThanOrEqual(400);
    expect(third - second).toBeGreaterThanOrEqual(1_500);
    stop.abort();
    await loop;
  });

  test("PEER19: after a change of its configuration it dials at once, on a new connection", async () => {
    const peer = new SeedPeer({ url: host.url, instanceId: "one", onSetConfig: () => "changed" });
    peers.push(peer);
    const stop = new AbortController();
    const loop = keepConnected(peer, { signal: stop.signal });
    (await host.opened()).send({ action: { case: "setConfig", value: {} } });
    await host.opened();
    expect(host.server.connections).toBe(2);
    stop.abort();
    await loop;
  });

  test("PEER19: a peer that is closed is not dialled again", async () => {
    const peer = new SeedPeer({ url: host.url, instanceId: "one" });
    peers.push(peer);
    const loop = keepConnected(peer, { signal: new AbortController().signal });
    await host.opened();
    await peer.close();
    await loop;
  });
});
