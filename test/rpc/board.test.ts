import { connect } from "node:http2";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { AccessService, Role } from "../../gen/hub/v1/access_pb.js";
import {
  BoardList,
  BoardService,
  type WatchBoardResponse,
  WatchBoardRequestSchema,
} from "../../gen/hub/v1/board_pb.js";
import { ConnectionService } from "../../gen/hub/v1/connections_pb.js";
import { FleetService } from "../../gen/hub/v1/fleet_pb.js";
import { PairingService } from "../../gen/hub/v1/pairing_pb.js";
import { PushState } from "../../gen/hub/v1/pushes_pb.js";
import { CurrentPeer } from "../../src/client/current-peer.js";
import { SeedPeer } from "../../src/client/peer.js";
import { callHub, eventually, tokenTransport } from "../support/hub-calls.js";
import { PushPeer, pushClient, READ, RECEIVE, repo, statesOf } from "../support/push-peers.js";
import { backup } from "../support/sample-operations.js";
import { type Flags, startTestHub, type TestHub } from "../support/test-hub.js";

let hub: TestHub;
let peers: SeedPeer[] = [];
let watches: Watching[] = [];
beforeEach(async () => {
  hub = await startTestHub();
});
afterEach(async () => {
  for (const peer of peers.splice(0)) peer.kill();
  for (const watching of watches.splice(0)) await watching.stop();
  await hub.close();
});

interface Watching {
  readonly got: WatchBoardResponse[];
  readonly ended: Promise<ConnectError | undefined>;
  /** Of all kinds of changes that came, in order. */
  kinds(): (string | undefined)[];
  lists(): BoardList[];
  stop(): Promise<void>;
}

function watch(token = hub.token): Watching {
  const abort = new AbortController();
  const got: WatchBoardResponse[] = [];
  const run = async () => {
    try {
      const stream = createClient(BoardService, tokenTransport(hub.url, token)).watchBoard(
        {},
        { signal: abort.signal },
      );
      for await (const message of stream) got.push(message);
      return undefined;
    } catch (reason) {
      return ConnectError.from(reason);
    }
  };
  const ended = run();
  const watching = {
    got,
    ended,
    kinds: () => got.map(({ change }) => change.case),
    lists: () => got.flatMap(({ change }) => (change.case === "lists" ? change.value.lists : [])),
    stop: async () => {
      abort.abort();
      await ended;
    },
  };
  watches.push(watching);
  return watching;
}

async function restartWith(flags: Flags): Promise<void> {
  await hub.close();
  hub = await startTestHub(flags);
}

async function addedPeer(instanceId: string): Promise<SeedPeer> {
  const peer = new SeedPeer({ instanceId, url: hub.url, sendQueue: { items: 10_000, patienceMs: 5_000 } });
  peers.push(peer);
  await callHub(hub).peers.addPeer({ instanceId, keyid: peer.identity.keyid });
  return peer;
}

/** The fleet is there, and what is still told of earlier changes. */
async function settled(watching: Watching): Promise<void> {
  await eventually(() => expect(watching.kinds()).toContain("fleet"));
  watching.got.length = 0;
}

describe("hub.v1.BoardService", () => {
  test("CONN14: entries of a key are told again when its session opens and when it ends", async () => {
    const watching = watch();
    const peer = new SeedPeer({ url: hub.url, instanceId: "settles" });
    peers.push(peer);
    await expect(peer.connect()).rejects.toThrow();
    const told = () =>
      watching.got.flatMap(({ change }) =>
        change.case === "refused" && change.value.change.case === "refused" ? [change.value.change.value] : [],
      );
    await eventually(() => expect(told().map(({ connectedNow }) => connectedNow)).toEqual([false]));
    await callHub(hub).peers.approvePeer({ keyid: peer.identity.keyid });
    await peer.connect();
    await eventually(() => expect(told().map(({ connectedNow }) => connectedNow)).toEqual([false, true]));
    peer.kill();
    await eventually(() => expect(told().map(({ connectedNow }) => connectedNow)).toEqual([false, true, false]));
    expect(told().map(({ count }) => count)).toEqual([1n, 1n, 1n]);
  });

  test("BOARD1: one stream has the fleet, refused connections, operations and changed lists", async () => {
    const stranger = new SeedPeer({ instanceId: "stranger", url: hub.url });
    await expect(stranger.connect()).rejects.toThrow();
    const watching = watch();
    await eventually(() => expect(watching.kinds()).toEqual(expect.arrayContaining(["fleet", "refused"])));
    expect(watching.got[0]?.change.case).toBeUndefined();
    const peer = await addedPeer("web-1");
    await peer.connect();
    const { id } = peer.history.start(backup("home"));
    await eventually(() => {
      const operations = watching.got.flatMap(({ change }) =>
        change.case === "operations" && change.value.event.case === "createdOperations"
          ? change.value.event.value.operations
          : [],
      );
      expect(operations).toMatchObject([{ originalId: id, planId: "home", instanceId: "web-1" }]);
      const machines = watching.got.flatMap(({ change }) => (change.case === "fleet" ? change.value.instances : []));
      expect(machines.at(-1)).toMatchObject({ instanceId: "web-1", connected: true, plans: [{ planId: "home" }] });
      expect(watching.lists()).toEqual(expect.arrayContaining([BoardList.PEERS, BoardList.PEER_STATES]));
    });
  }, 20_000);

  test("BOARD1: what an own stream of the hub says, the board's says in the same words", async () => {
    const peer = await addedPeer("web-1");
    await peer.connect();
    const transport = tokenTransport(hub.url, hub.token);
    await expect(new SeedPeer({ instanceId: "x", url: hub.url }).connect()).rejects.toThrow();
    const watching = watch();
    await eventually(() => expect(watching.kinds()).toEqual(expect.arrayContaining(["fleet", "refused"])));
    const { refused } = await createClient(ConnectionService, transport).listRefused({});
    const { instances } = await createClient(FleetService, transport).getFleet({});
    for (const { change } of watching.got) {
      if (change.case === "refused") expect(change.value.change).toEqual({ case: "refused", value: refused[0] });
      if (change.case === "fleet")
        expect(change.value.instances.map((one) => one.instanceId)).toEqual(instances.map((one) => one.instanceId));
    }
  }, 20_000);

  test("BOARD2: lists are told of what people change, of machines that pair or knock, and not of what failed", async () => {
    const transport = tokenTransport(hub.url, hub.token);
    const watching = watch();
    await settled(watching);
    await createClient(PairingService, transport).createPairingToken({ label: "one" });
    await eventually(() =>
      expect(new Set(watching.lists())).toEqual(new Set([BoardList.PAIRING_TOKENS, BoardList.ACCESS])),
    );
    watching.got.length = 0;
    await expect(callHub(hub).peers.addPeer({ instanceId: "", keyid: "no" })).rejects.toThrow();
    // A change that failed is in the audit log.
    await eventually(() => expect(watching.lists()).toEqual([BoardList.ACCESS]));
    watching.got.length = 0;
    await expect(new SeedPeer({ instanceId: "stranger", url: hub.url }).connect()).rejects.toThrow();
    await eventually(() => expect(watching.lists()).toEqual(expect.arrayContaining([BoardList.PEERS])));
    expect(watching.lists()).not.toContain(BoardList.ACCESS);
  }, 20_000);

  test("BOARD2: lists are told of a machine that pairs, and of a push that comes to another state by itself", async () => {
    const pairing = createClient(PairingService, tokenTransport(hub.url, hub.token));
    const { secret } = await pairing.createPairingToken({ label: "one" });
    const watching = watch();
    await settled(watching);
    const machine = new PushPeer(hub, "web-1", { generation: "current", grants: [READ, RECEIVE] });
    if (machine.peer instanceof CurrentPeer) machine.peer.pairingSecret = secret;
    await machine.connect();
    await eventually(() =>
      expect(watching.lists()).toEqual(expect.arrayContaining([BoardList.PEERS, BoardList.PAIRING_TOKENS])),
    );
    const pushes = pushClient(hub);
    await pushes.putSharedRepo({ repo: repo("offsite") });
    await pushes.shareRepo({ repoId: "offsite", instanceId: "web-1", granted: true });
    await eventually(async () => expect(await statesOf(hub, "web-1")).toEqual([PushState.APPLIED]));
    machine.peer.kill();
    await pushes.putSharedRepo({ repo: { ...repo("offsite"), uri: "/srv/elsewhere" } });
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const told = watching.lists().length;
    await machine.connect();
    await eventually(() =>
      expect(watching.lists().slice(told)).toEqual(expect.arrayContaining([BoardList.PUSHES, BoardList.SHARED_REPOS])),
    );
    machine.peer.kill();
  }, 30_000);

  test("BOARD3: at least one message comes in the set time, and the first one at once", async () => {
    await restartWith({ "heartbeat-interval": "1s" });
    const began = Date.now();
    const watching = watch();
    await eventually(() => expect(watching.got.length).toBeGreaterThanOrEqual(1));
    expect(Date.now() - began).toBeLessThan(1_000);
    await eventually(() =>
      expect(watching.kinds().filter((kind) => kind === undefined).length).toBeGreaterThanOrEqual(3),
    );
  }, 20_000);

  test("BOARD4: the stream ends when the hub stops, and when its caller may not read any more", async () => {
    const watching = watch();
    const access = createClient(AccessService, tokenTransport(hub.url, hub.token));
    const { text, token } = await access.createAccessToken({ name: "page", role: Role.VIEWER });
    const other = watch(text);
    await settled(watching);
    await settled(other);
    await access.revokeAccessToken({ id: token?.id ?? 0n });
    expect(await other.ended).toMatchObject({ code: Code.Unauthenticated });
    hub = await hub.restart();
    expect(await watching.ended).toMatchObject({ code: Code.Unavailable });
  }, 20_000);

  test("BOARD5: two hundred who watch, many of whom leave or never read, leave nothing behind and slow nobody", async () => {
    // The readers share a thread with the hub: one that has no turn for a while is not one that does not read.
    await restartWith({ "watcher-stall-timeout": "8s", "max-connections-per-address": "1000" });
    const peer = await addedPeer("web-1");
    peer.resources = { repos: Array.from({ length: 200 }, (_, n) => ({ id: `repo-${n}`, guid: "g".repeat(64) })) };
    await peer.connect();
    const all = Array.from({ length: 150 }, () => watch());
    const stalled = Array.from({ length: 50 }, () => stalledReader());
    await eventually(() => expect(all.every(({ got }) => got.length > 0)).toBe(true), 20_000);
    for (const watching of all.slice(0, 75)) await watching.stop();
    for (let n = 0; n < 200; n++) {
      const { id } = peer.history.start(backup("home"));
      peer.history.finish(id);
    }
    const readers = all.slice(75);
    await eventually(() => {
      for (const reader of readers) expect(operationsIn(reader)).toBe(200);
    }, 40_000);
    // Who does not read is cut.
    await Promise.all(stalled);
    for (const watching of readers) await watching.stop();
    await eventually(async () => {
      const text = await (
        await fetch(`${hub.url}/metrics`, { headers: { authorization: `Bearer ${hub.token}` } })
      ).text();
      expect(text).toMatch(/^backrest_hub_operation_watchers\S* 0$/m);
    });
    expect(peer.state.name).toBe("open");
  }, 90_000);
});

function operationsIn({ got }: Watching): number {
  const ended = new Set<bigint>();
  for (const { change } of got) {
    if (change.case !== "operations") continue;
    const { event } = change.value;
    if (event.case !== "createdOperations" && event.case !== "updatedOperations") continue;
    for (const { id, unixTimeEndMs } of event.value.operations) if (unixTimeEndMs > 0n) ended.add(id);
  }
  return ended.size;
}

/** Opens the stream with a window of 1 KiB and reads nothing; resolves once it was cut. */
function stalledReader(): Promise<void> {
  const request = toBinary(WatchBoardRequestSchema, create(WatchBoardRequestSchema));
  const session = connect(hub.url, { settings: { initialWindowSize: 1024 } });
  const stream = session.request({
    ":method": "POST",
    ":path": "/hub.v1.BoardService/WatchBoard",
    "content-type": "application/connect+proto",
    authorization: `Bearer ${hub.token}`,
  });
  stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, request.length]), request]));
  return new Promise((resolve) => {
    const done = () => {
      session.destroy();
      resolve();
    };
    stream.on("error", done).on("close", done);
    session.on("error", done).on("close", done);
  });
}
