import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { afterEach, describe, expect, test } from "@jest/globals";
import { ConnectionService, RefusalCause, type RefusedConnection } from "../../gen/hub/v1/connections_pb.js";
import { PairingService } from "../../gen/hub/v1/pairing_pb.js";
import { PeerGeneration } from "../../gen/hub/v1/peers_pb.js";
import { type SyncStreamItem, SyncStreamItemSchema } from "../../gen/v1sync/syncservice_pb.js";
import { CurrentPeerOpening } from "../../src/client/current-opening.js";
import { CurrentPeer, type CurrentPeerOptions } from "../../src/client/current-peer.js";
import { SeedPeer, type SeedPeerOptions } from "../../src/client/peer.js";
import { writeHandshake } from "../../src/client/handshake.js";
import { generateEcdsaIdentity, generateEd25519Identity, loadEcdsaIdentity } from "../../src/dialect/identity.js";
import { frame, opening as openingFrames } from "../http/raw-http2.js";
import { callHub, eventually, tokenTransport } from "../support/hub-calls.js";
import { findProgram, run, testWith } from "../support/programs.js";
import { backup } from "../support/sample-operations.js";
import { openSyncStream, syncItem } from "../support/sync-stream.js";
import { type Flags, startTestHub, type TestHub } from "../support/test-hub.js";
import { closed } from "../support/closed.js";

const SYNC = "/v1sync.BackrestSyncService/Sync";
const QUICK = { "request-timeout": "400ms", "first-bytes-timeout": "200ms" };
const CERTIFICATE = join(process.cwd(), "test/data/tls/first.cert.pem");
const TLS = { "tls-cert": CERTIFICATE, "tls-key": join(process.cwd(), "test/data/tls/first.key.pem") };

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

describe("what a peer's session ends with", () => {
  test("CONN10: an unknown key, with who it is, the cause, the cure and what it was told", async () => {
    const hub = await testHub();
    const peer = seedPeer(hub);
    await expect(peer.connect()).rejects.toThrow();
    await expect(peer.connect()).rejects.toThrow();
    expect(await refusedOf(hub)).toMatchObject([
      {
        cause: RefusalCause.UNKNOWN_KEY,
        count: 2n,
        remoteAddress: "127.0.0.1",
        generation: PeerGeneration.SEED,
        instanceId: "machine",
        keyid: peer.identity.keyid,
        cure: expect.stringContaining("peers approve"),
        message: expect.stringContaining("waiting for approval"),
        userAgent: expect.stringContaining("connect-es"),
        connectedNow: false,
      },
    ]);
    await callHub(hub).peers.approvePeer({ keyid: peer.identity.keyid });
    await peer.connect();
    expect(await refusedOf(hub)).toMatchObject([{ count: 2n, connectedNow: true, settled: true }]);
  });

  test("CONN15: what a session has settled stays settled, over a restart too, until the machine is refused again", async () => {
    let hub = await startTestHub();
    open.push({ close: () => hub.close() });
    let offMs = 3_600_000;
    const peer = await addedPeer(hub, { now: () => Date.now() + offMs });
    await expect(peer.connect()).rejects.toThrow();
    expect(await refusedOf(hub)).toMatchObject([{ cause: RefusalCause.CLOCK, settled: false }]);
    hub = await hub.restart();
    expect(await refusedOf(hub)).toMatchObject([{ settled: false }]);
    offMs = 0;
    await peer.connect();
    expect(await refusedOf(hub)).toMatchObject([{ connectedNow: true, settled: true }]);
    hub = await hub.restart();
    expect(await refusedOf(hub)).toMatchObject([{ connectedNow: false, settled: true, count: 1n }]);
    offMs = 3_600_000;
    await expect(peer.connect()).rejects.toThrow();
    expect(await refusedOf(hub)).toMatchObject([{ cause: RefusalCause.CLOCK, settled: false, count: 2n }]);
  }, 30_000);

  test("CONN10: a taken name while its peer is connected, a changed key while it is not", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    await expect(seedPeer(hub).connect()).rejects.toThrow();
    await expectCauses(hub, RefusalCause.KEY_CHANGED);
    await peer.connect();
    await expect(seedPeer(hub).connect()).rejects.toThrow();
    await expectCauses(hub, RefusalCause.INSTANCE_TAKEN, RefusalCause.KEY_CHANGED);
  });

  test("CONN10: a replaced key, another name for a key, and the hub's own", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    await expect(seedPeer(hub, { identity: peer.identity, instanceId: "renamed" }).connect()).rejects.toThrow();
    await expectCauses(hub, RefusalCause.INSTANCE_RENAMED);
    const renewed = seedPeer(hub);
    await expect(renewed.connect()).rejects.toThrow();
    await callHub(hub).peers.approvePeer({ keyid: renewed.identity.keyid });
    await expect(peer.connect()).rejects.toThrow();
    const { ecdsa, instanceId } = hub.directory.identity;
    await expect(seedPeer(hub, { identity: loadEcdsaIdentity(ecdsa) }).connect()).rejects.toThrow();
    await expect(seedPeer(hub, { instanceId }).connect()).rejects.toThrow();
    const causes = (await refusedOf(hub)).map(({ cause }) => cause);
    expect(causes).toEqual(expect.arrayContaining([RefusalCause.KEY_REPLACED, RefusalCause.HUB_IDENTITY]));
    expect(causes.filter((cause) => cause === RefusalCause.HUB_IDENTITY)).toHaveLength(2);
  });

  test("CONN10: a clock that is off, with the name and key that were claimed", async () => {
    const hub = await testHub();
    const peer = seedPeer(hub, { now: () => Date.now() + 3_600_000 });
    await expect(peer.connect()).rejects.toThrow();
    expect(await refusedOf(hub)).toMatchObject([
      {
        cause: RefusalCause.CLOCK,
        instanceId: "machine",
        keyid: peer.identity.keyid,
        message: expect.stringContaining("ahead of"),
      },
    ]);
  });

  test("CONN10: tokens that are wrong, used up, expired, made for another, and tried too often", async () => {
    const hub = await testHub();
    const secret = async (terms: object) =>
      (await createClient(PairingService, tokenTransport(hub.url, hub.token)).createPairingToken(terms)).secret;
    const refusedWith = async (pairingSecret: string, cause: RefusalCause, more: Partial<CurrentPeerOptions> = {}) => {
      const peer = currentPeer(hub, { pairingSecret, instanceId: `m-${cause}`, ...more });
      await expect(peer.connect()).rejects.toThrow();
      expect((await refusedOf(hub)).find(({ keyid }) => keyid === peer.identity.keyid)).toMatchObject({
        cause,
        generation: PeerGeneration.CURRENT,
      });
    };
    await refusedWith("f".repeat(64), RefusalCause.TOKEN_UNKNOWN);
    const single = await secret({ maxUses: 1 });
    await currentPeer(hub, { pairingSecret: single, instanceId: "first" }).connect();
    await refusedWith(single, RefusalCause.TOKEN_USED_UP);
    await refusedWith(await secret({ ttl: { nanos: 1_000_000 } }), RefusalCause.TOKEN_EXPIRED);
    await refusedWith(await secret({ forInstance: "other" }), RefusalCause.TOKEN_OTHER_INSTANCE);
    await refusedWith(await secret({}), RefusalCause.INSTANCE_TAKEN, { instanceId: "first" });
    for (let n = 0; n < 5; n++) await expect(currentPeer(hub, { pairingSecret: "0" }).connect()).rejects.toThrow();
    await refusedWith("1", RefusalCause.TOKEN_GUESSES);
  });

  test("CONN10: clear text from elsewhere, and the same where the machine meant https", async () => {
    const hub = await testHub({ "trusted-proxies": "127.0.0.1" });
    const handshake = seedHandshake("machine");
    const far = { "x-forwarded-for": "192.0.2.1" };
    expect(await syncOnce(hub, handshake, far)).toMatchObject({ code: Code.PermissionDenied });
    await expectCauses(hub, RefusalCause.CLEAR_TEXT_PEER);
    await rawSync(hub, far, "https", handshake);
    await eventually(async () =>
      expect(await refusedOf(hub)).toMatchObject([
        { cause: RefusalCause.CLEAR_TEXT_TO_HTTPS, remoteAddress: "192.0.2.1", instanceId: "machine" },
        { cause: RefusalCause.CLEAR_TEXT_PEER, remoteAddress: "192.0.2.1" },
      ]),
    );
  });

  test("CONN10: silence, a message that is none, a handshake that proves nothing, and a machine that leaves", async () => {
    const hub = await testHub(QUICK);
    await seedPeer(hub).dial({ opening: [] }).ended;
    await expectCauses(hub, RefusalCause.NO_HANDSHAKE);
    await seedPeer(hub).dial({ opening: [create(SyncStreamItemSchema, { action: { case: "heartbeat", value: {} } })] })
      .ended;
    await expectCauses(hub, RefusalCause.PROTOCOL_ERROR, RefusalCause.NO_HANDSHAKE);
    await syncOnce(hub, syncItem({ action: { case: "handshake", value: { protocolVersion: 1n } } }));
    expect((await refusedOf(hub))[0]).toMatchObject({
      cause: RefusalCause.BAD_HANDSHAKE,
      message: expect.stringContaining("no public key"),
    });
    const own = { identity: generateEd25519Identity(), instanceId: "m", pairingSecret: "", capabilities: [] };
    const leaving = openSyncStream(hub.url);
    leaving.send((await CurrentPeerOpening.begin(own, undefined)).first);
    await leaving.next("establishSharedSecret");
    leaving.abort();
    await eventually(async () =>
      expect((await refusedOf(hub))[0]).toMatchObject({
        cause: RefusalCause.LEFT_OPENING,
        generation: PeerGeneration.CURRENT,
      }),
    );
  });

  test("CONN10: one that stops answering, while its connection stands", async () => {
    const hub = await testHub({
      "idle-probe-after": "1s",
      "probe-timeout": "1s",
      "ping-interval": "60s",
      "ping-timeout": "10s",
    });
    const peer = await addedPeer(hub, { freezable: true });
    await peer.connect();
    await eventually(async () =>
      expect(await callHub(hub).stateOf(peer.identity.keyid)).toMatchObject({ statusMessage: "connected" }),
    );
    peer.freeze();
    await eventually(async () => expect((await refusedOf(hub)).length).toBe(1));
    expect((await refusedOf(hub))[0]).toMatchObject({ cause: RefusalCause.STOPPED_ANSWERING, instanceId: "machine" });
  });

  test("CONN7: one key from two addresses by turns", async () => {
    const hub = await testHub();
    const identity = generateEcdsaIdentity();
    await callHub(hub).peers.addPeer({ instanceId: "machine", keyid: identity.keyid });
    for (const from of ["127.0.0.2", "127.0.0.3", "127.0.0.2", "127.0.0.3"]) {
      const transport = createConnectTransport({
        baseUrl: hub.url,
        httpVersion: "2",
        nodeOptions: { localAddress: from } as object,
      });
      const stream = openSyncStream(hub.url, transport);
      open.push({ close: () => stream.abort() });
      stream.send(seedHandshake("machine", identity));
      await stream.next("handshake");
    }
    const refused = (await refusedOf(hub)).filter(({ cause }) => cause === RefusalCause.KEY_SHARED);
    expect(refused).toMatchObject([
      { remoteAddress: "127.0.0.3", keyid: identity.keyid, message: expect.stringContaining("127.0.0.2") },
    ]);
  });

  test("CONN11: sessions that end as sessions do are no refusals", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    const first = await peer.connect();
    await peer.connect({ newConnection: true });
    await first.ended;
    peer.kill();
    const other = await addedPeer(hub, { instanceId: "other" });
    const session = await other.connect();
    await callHub(hub).peers.removePeer({ peer: { case: "instanceId", value: "other" } });
    await session.ended;
    await eventually(async () => expect((await connectionsOf(hub)).connections).toEqual([]));
    expect(await refusedOf(hub)).toEqual([]);
  });
});

describe("what the port refuses", () => {
  test("CONN12: TLS to a hub without a certificate", async () => {
    const hub = await testHub();
    const socket = track(connectTls({ port: hub.hub.port, host: "127.0.0.1", rejectUnauthorized: false }));
    await closed(socket);
    await expectCauses(hub, RefusalCause.TLS_WITHOUT_CERTIFICATE);
  });

  test("CONN12: a TLS handshake that fails, with what the other side said", async () => {
    const hub = await testHub(TLS);
    const old = { maxVersion: "TLSv1.1", minVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    const socket = track(connectTls({ port: hub.hub.port, host: "127.0.0.1", ...old }));
    await closed(socket);
    await eventually(async () =>
      expect(await refusedOf(hub)).toMatchObject([
        { cause: RefusalCause.TLS_FAILED, message: expect.stringContaining("unsupported protocol") },
      ]),
    );
  });

  testWith("grpcurl")("CONN12: a caller that does not trust the hub's certificate", async () => {
    const hub = await testHub(TLS);
    await expect(run(findProgram("grpcurl") ?? "", `127.0.0.1:${hub.hub.port}`, "list")).rejects.toThrow();
    await expectCauses(hub, RefusalCause.TLS_FAILED);
  });

  test("CONN12: clear text where TLS is wanted, and the same where the caller meant https", async () => {
    const hub = await testHub({ ...TLS, "require-tls": true, "trusted-proxies": "127.0.0.1" });
    const far = { "x-forwarded-for": "192.0.2.1", "x-forwarded-proto": "http" };
    await rawSync(hub, far, "http", seedHandshake("machine"));
    await expectCauses(hub, RefusalCause.CLEAR_TEXT_REQUEST);
    await rawSync(hub, far, "https", seedHandshake("machine"));
    await expectCauses(hub, RefusalCause.CLEAR_TEXT_TO_HTTPS, RefusalCause.CLEAR_TEXT_REQUEST);
  });

  test("CONN12: Sync over HTTP/1.1, and an rpc at a path where nothing is; a browser's stray request is nothing", async () => {
    const hub = await testHub();
    const headers = { "content-type": "application/connect+proto", "user-agent": "connect-go/1.20.0" };
    const post = (path: string) => fetch(`${hub.url}${path}`, { method: "POST", headers, body: new Uint8Array() });
    expect((await post(SYNC)).status).toBe(505);
    await expectCauses(hub, RefusalCause.HTTP1_ON_SYNC);
    expect((await post(`/backrest${SYNC}`)).status).toBe(404);
    expect((await fetch(`${hub.url}/favicon.ico`)).status).toBe(404);
    const refused = await refusedOf(hub);
    expect(refused).toMatchObject([
      { cause: RefusalCause.WRONG_PATH, message: `/backrest${SYNC}`, clientVersion: "Backrest v1.14" },
      { cause: RefusalCause.HTTP1_ON_SYNC },
    ]);
  });

  test("CONN12: what is no HTTP, a connection that says nothing, and half a request", async () => {
    const hub = await testHub(QUICK);
    const garbage = await dial(hub);
    garbage.write("\u0000\u0001 hello\r\n\r\n");
    await closed(garbage);
    await expectCauses(hub, RefusalCause.NOT_HTTP);
    await closed(await dial(hub, "127.0.0.2"));
    const half = await dial(hub, "127.0.0.2");
    half.write("GET / HTTP/1.1\r\nHost: x");
    await closed(half);
    const refused = await refusedOf(hub);
    expect(refused.map(({ cause }) => cause)).toEqual([RefusalCause.SILENT_CONNECTION, RefusalCause.NOT_HTTP]);
    expect(refused[0]?.count).toBe(2n);
  });

  test("CONN12: a browser's spare connection, silent beside one that is used, is none", async () => {
    const hub = await testHub(QUICK);
    const used = await dial(hub);
    used.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(used, "data");
    await closed(await dial(hub));
    const half = await dial(hub);
    half.write("PRI");
    await closed(half);
    await expectCauses(hub, RefusalCause.SILENT_CONNECTION);
    expect((await refusedOf(hub))[0]?.count).toBe(1n);
  });

  test("CONN12: more connections than one address may have, and useless bytes", async () => {
    const hub = await testHub({ "max-connections-per-address": "3" });
    const held = [await dial(hub), await dial(hub), await dial(hub)];
    const tooMany = await dial(hub);
    await closed(tooMany);
    for (const socket of held) socket.destroy();
    await eventually(() => expectCauses(hub, RefusalCause.FLOOD));
    const flood = await dial(hub);
    flood.write(openingFrames());
    for (let n = 0; n < 20_000; n++) flood.write(frame(6, 0, 0, new Uint8Array(8)));
    for (let n = 0; n < 200_000 && !flood.destroyed; n++) {
      if (!flood.write(frame(6, 0, 0, new Uint8Array(8)))) await new Promise((resolve) => setImmediate(resolve));
    }
    await closed(flood);
    await eventually(async () => expect((await refusedOf(hub))[0]?.count).toBe(2n));
  }, 30_000);
});

describe("the service", () => {
  test("CONN1: open sessions, with what came in them", async () => {
    const hub = await testHub();
    const peer = await addedPeer(hub);
    for (let n = 0; n < 20; n++) peer.history.add(backup());
    await peer.connect();
    await eventually(async () =>
      expect(await connectionsOf(hub)).toMatchObject({
        opening: 0,
        connections: [
          {
            instanceId: "machine",
            keyid: peer.identity.keyid,
            remoteAddress: "127.0.0.1",
            generation: PeerGeneration.SEED,
            operationsReceived: 20n,
            encrypted: false,
          },
        ],
      }),
    );
    const [connection] = (await connectionsOf(hub)).connections;
    expect(connection?.bytesReceived).toBeGreaterThan(1_000n);
  });

  test("CONN9: a watch begins with what is there and goes on with what comes and goes", async () => {
    const hub = await testHub();
    await expect(seedPeer(hub).connect()).rejects.toThrow();
    const stop = new AbortController();
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { change } of connectionsClient(hub).watchRefused({}, { signal: stop.signal })) {
        seen.push(change.case === "refused" ? `${change.value.count}` : (change.case ?? "kept alive"));
      }
    })().catch(() => undefined);
    await eventually(() => expect(seen).toEqual(["1"]));
    const [entry] = await refusedOf(hub);
    expect(await connectionsClient(hub).forgetRefused({ ids: [entry?.id ?? ""] })).toMatchObject({ forgotten: 1 });
    await eventually(() => expect(seen).toEqual(["1", "forgottenId"]));
    stop.abort();
    await watching;
    await expect(connectionsClient(hub).forgetRefused({})).rejects.toMatchObject({ code: Code.InvalidArgument });
    await expect(connectionsClient(hub).forgetRefused({ ids: ["x"], all: true })).rejects.toMatchObject({
      code: Code.InvalidArgument,
    });
  });

  test("CONN8: the record is there after a restart of the hub", async () => {
    const hub = await startTestHub();
    await expect(seedPeer(hub).connect()).rejects.toThrow();
    const before = await refusedOf(hub);
    const restarted = await hub.restart();
    open.push(restarted);
    expect(await refusedOf(restarted)).toEqual(before);
  });

  test("CONN4: a name that would steer a terminal is shown written out", async () => {
    const hub = await testHub();
    expect(await syncOnce(hub, seedHandshake("evil\u001b[2J\u202e"))).toMatchObject({ code: Code.PermissionDenied });
    expect(await refusedOf(hub)).toMatchObject([
      { cause: RefusalCause.BAD_HANDSHAKE, instanceId: "evil\\u{1b}[2J\\u{202e}" },
    ]);
  });
});

function connectionsClient(hub: TestHub) {
  return createClient(ConnectionService, tokenTransport(hub.url.replace("https:", "http:"), hub.token));
}

const connectionsOf = (hub: TestHub) => connectionsClient(hub).listConnections({});

async function refusedOf(hub: TestHub): Promise<RefusedConnection[]> {
  return (await connectionsClient(hub).listRefused({})).refused;
}

async function expectCauses(hub: TestHub, ...causes: RefusalCause[]): Promise<void> {
  await eventually(async () => expect((await refusedOf(hub)).map(({ cause }) => cause)).toEqual(causes));
}

async function testHub(flags: Flags = {}): Promise<TestHub> {
  const hub = await startTestHub(flags);
  open.push(hub);
  return hub;
}

function seedPeer(hub: TestHub, options: Partial<SeedPeerOptions> = {}): SeedPeer {
  const peer = new SeedPeer({ url: hub.url, instanceId: "machine", ...options });
  open.push(peer);
  return peer;
}

function currentPeer(hub: TestHub, options: Partial<CurrentPeerOptions> = {}): CurrentPeer {
  const peer = new CurrentPeer({ url: hub.url, instanceId: "machine", ...options });
  open.push(peer);
  return peer;
}

async function addedPeer(hub: TestHub, options: Partial<SeedPeerOptions> = {}): Promise<SeedPeer> {
  const peer = seedPeer(hub, options);
  await callHub(hub).peers.addPeer({ instanceId: peer.instanceId, keyid: peer.identity.keyid });
  return peer;
}

function seedHandshake(instanceId: string, identity = generateEcdsaIdentity()): SyncStreamItem {
  return writeHandshake({ identity, instanceId, capabilities: [] }, Date.now());
}

/** Opens a stream with these headers, says one thing, and gives back how it ended. */
async function syncOnce(hub: TestHub, item: SyncStreamItem, headers: Record<string, string> = {}) {
  const withHeaders: Interceptor = (next) => (request) => {
    for (const [name, value] of Object.entries(headers)) request.header.set(name, value);
    return next(request);
  };
  const stream = openSyncStream(
    hub.url,
    createConnectTransport({ baseUrl: hub.url, httpVersion: "2", interceptors: [withHeaders] }),
  );
  open.push({ close: () => stream.abort() });
  stream.send(item);
  return stream.ended;
}

/** The same with a scheme of one's own, as a Backrest up to v1.13.0 has it; waits for the end of the stream. */
async function rawSync(hub: TestHub, headers: Record<string, string>, scheme: string, item: SyncStreamItem) {
  const session = connectHttp2(hub.url.replace("https:", "http:"));
  session.on("error", () => undefined);
  open.push({ close: () => session.destroy() });
  const stream = session.request({
    ":method": "POST",
    ":path": SYNC,
    ":scheme": scheme,
    "content-type": "application/connect+proto",
    "connect-protocol-version": "1",
    ...headers,
  });
  stream.on("error", () => undefined);
  const payload = toBinary(SyncStreamItemSchema, item);
  const envelope = Buffer.alloc(5);
  envelope.writeUInt32BE(payload.byteLength, 1);
  stream.write(Buffer.concat([envelope, payload]));
  stream.resume();
  await closed(stream);
}

async function dial(hub: TestHub, from?: string): Promise<Socket> {
  const local = from === undefined ? {} : { localAddress: from };
  const socket = track(connect({ port: hub.hub.port, host: "127.0.0.1", ...local }));
  await once(socket, "connect");
  socket.resume();
  return socket;
}

function track<S extends Socket>(socket: S): S {
  socket.on("error", () => undefined);
  open.push({ close: () => socket.destroy() });
  return socket;
}
