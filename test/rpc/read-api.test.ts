import { connect } from "node:http2";
import { gunzipSync } from "node:zlib";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import { Code, createClient, type Transport } from "@connectrpc/connect";
import { createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { afterEach, describe, expect, test } from "@jest/globals";
import { Multihost_Permission_Type } from "../../gen/v1/config_pb.js";
import { OperationListSchema, type OperationStatus } from "../../gen/v1/operations_pb.js";
import { Backrest, GetOperationsRequestSchema, OpSelectorSchema } from "../../gen/v1/service_pb.js";
import { addUser, basic, PASSWORD, transportWith } from "../support/callers.js";
import { callHub, eventually } from "../support/hub-calls.js";
import { HubWithPeers } from "../support/hub-with-peers.js";
import { backup, ERROR, prune, SUCCESS } from "../support/sample-operations.js";
import type { TestHub } from "../support/test-hub.js";

const hubs: HubWithPeers[] = [];
afterEach(async () => {
  for (const hub of hubs.splice(0)) await hub.close();
});

async function hubWithPeers(flags = {}): Promise<HubWithPeers> {
  const hub = await HubWithPeers.start(flags);
  hubs.push(hub);
  return hub;
}

describe("what Backrest's page asks for first", () => {
  test("CONF1: GetConfig tells who the hub is, its machines and tokens, and no secret", async () => {
    const { hub, addPeer } = await hubWithPeers();
    const peer = await addPeer("laptop");
    const { backrest } = callHub(hub);
    const { token } = await backrest.generatePairingToken({
      label: "for the office",
      maxUses: 2,
      permissions: [{ type: Multihost_Permission_Type.PERMISSION_RECEIVE_SHARED_REPOS, scopes: ["*"] }],
    });
    const config = await backrest.getConfig({});
    const { instanceId, ed25519 } = hub.directory.identity;
    expect(config).toMatchObject({
      instance: instanceId,
      auth: { disabled: true },
      repos: [],
      plans: [],
      multihost: {
        identity: { keyid: ed25519.keyid, ed25519pub: ed25519.ed25519pub, ed25519priv: "" },
        authorizedClients: [{ instanceId: "laptop", keyid: peer.identity.keyid, keyidVerified: true }],
        pairingTokens: [{ label: "for the office", maxUses: 2, uses: 0, secret: "***hidden***" }],
      },
    });
    const secret = /:([0-9a-f]{64})#/.exec(token)?.[1] ?? "none";
    expect(
      JSON.stringify(config, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)),
    ).not.toMatch(secret);
    await callHub(hub).peers.removePeer({ peer: { case: "instanceId", value: "laptop" } });
    expect((await backrest.getConfig({})).multihost?.authorizedClients).toEqual([]);
  });

  test("CONF1: a viewer is shown no tokens, and of the users itself", async () => {
    const { hub } = await hubWithPeers();
    await callHub(hub).backrest.generatePairingToken({ label: "for the office" });
    await addUser(hub, "ann", "viewer");
    await addUser(hub, "bob", "admin");
    const configOf = async (name: string) =>
      await createClient(Backrest, transportWith(hub.url, basic(name, PASSWORD))).getConfig({});
    const own = await configOf("ann");
    expect(own.auth).toMatchObject({ disabled: false, users: [{ name: "ann" }] });
    expect(own.multihost?.pairingTokens).toEqual([]);
    const all = await configOf("bob");
    expect(all.auth?.users.map(({ name }) => name)).toEqual(["ann", "bob"]);
    expect(all.multihost?.pairingTokens).toHaveLength(1);
  });

  test("DASH1: a card for each plan and repo of each machine, counted out of its backups", async () => {
    const { hub, addPeer } = await hubWithPeers();
    expect(await callHub(hub).backrest.getSummaryDashboard({})).toMatchObject({ planSummaries: [], repoSummaries: [] });
    const peer = await addPeer("laptop");
    const now = Date.now();
    const ran = (hoursAgo: number, status: OperationStatus, dataAdded: bigint) => {
      const start = BigInt(now - hoursAgo * 3_600_000);
      const summary = { dataAdded, totalBytesProcessed: 1_000n };
      peer.history.add(
        backup("home", {
          status,
          unixTimeStartMs: start,
          unixTimeEndMs: start + 5_000n,
          op: { case: "operationBackup", value: { lastStatus: { entry: { case: "summary", value: summary } } } },
        }),
      );
    };
    ran(1, SUCCESS, 10n);
    ran(2, ERROR, 0n);
    ran(30, SUCCESS, 30n);
    ran(24 * 40, SUCCESS, 99n);
    peer.history.add(prune("home"));
    await peer.connect();
    await eventually(async () => {
      const { planSummaries, repoSummaries, configPath, dataPath } = await callHub(hub).backrest.getSummaryDashboard(
        {},
      );
      expect(planSummaries).toMatchObject([
        {
          id: "laptop: home",
          backupsSuccessLast30days: 2n,
          backupsFailed30days: 1n,
          bytesAddedLast30days: 40n,
          bytesAddedAvg: 20n,
          protectedBytes: 1_000n,
          recentBackups: { durationMs: [5_000n, 5_000n, 5_000n, 5_000n], bytesAdded: [10n, 0n, 30n, 99n] },
        },
      ]);
      expect(planSummaries[0]?.historyLast30days).toHaveLength(30);
      expect(planSummaries[0]?.historyLast30days.at(-2)?.statusCounts).toMatchObject([{ count: 1n, status: SUCCESS }]);
      expect(repoSummaries.map(({ id }) => id)).toEqual(["laptop: repo"]);
      expect([configPath, dataPath]).toEqual([hub.dataDir, expect.stringContaining(hub.dataDir)]);
    });
  });

  test("OPS5: what a hub does not do is answered in words that say where to do it", async () => {
    const { hub } = await hubWithPeers();
    const { backrest } = callHub(hub);
    const refused = {
      code: Code.Unimplemented,
      rawMessage: expect.stringMatching(/hub (has|can|backs|starts|runs|conn)/),
    };
    const calls = [
      backrest.setConfig({}),
      backrest.setupSftp({}),
      backrest.checkRepoExists({}),
      backrest.addRepo({}),
      backrest.removeRepo({}),
      backrest.listSnapshots({}),
      backrest.listSnapshotFiles({}),
      backrest.backup({ value: "plan" }),
      backrest.doRepoTask({}),
      backrest.forget({}),
      backrest.restore({}),
      backrest.cancel({}),
      backrest.runCommand({}),
      backrest.getDownloadURL({}),
      backrest.pathAutocomplete({}),
    ];
    await Promise.all(calls.map((call) => expect(call).rejects.toMatchObject(refused)));
  });
});

describe("clearing", () => {
  test("CLR6: followers hear of it, a new connection of the machine does not undo it", async () => {
    const { hub, addPeer, follow } = await hubWithPeers();
    const peer = await addPeer("laptop");
    const flow = peer.history.add(backup("a/b", { status: SUCCESS }));
    peer.history.add(backup("other"));
    await peer.connect();
    const { backrest } = callHub(hub);
    const all = () => backrest.getOperations({ selector: {} }).then(({ operations }) => operations);
    await eventually(async () => expect(await all()).toHaveLength(2));
    const events = await follow();
    const cleared = (await all()).find(({ originalId }) => originalId === flow.id);
    await backrest.clearHistory({ selector: { flowId: cleared?.flowId ?? 0n } });
    await eventually(() =>
      expect(events.at(-1)?.event).toMatchObject({ case: "deletedOperations", value: { values: [cleared?.id] } }),
    );
    peer.kill();
    await peer.connect();
    peer.history.add(backup("third"));
    await eventually(async () => expect((await all()).map(({ planId }) => planId)).toEqual(["other", "third"]));
  });

  test("CLR6: as Backrest's page asks: by ids, and the failed ones of a plan", async () => {
    const { hub, addPeer } = await hubWithPeers();
    const peer = await addPeer("laptop");
    for (const status of [SUCCESS, ERROR, ERROR]) peer.history.add(backup("a/b", { status }));
    await peer.connect();
    const { backrest } = callHub(hub);
    const statuses = async () =>
      (await backrest.getOperations({ selector: { planId: "a/b" } })).operations.map(({ status }) => status);
    await eventually(async () => expect(await statuses()).toHaveLength(3));
    const [first] = (await backrest.getOperations({ selector: {} })).operations;
    await backrest.clearHistory({ selector: { planId: "a/b", instanceId: "laptop" }, onlyFailed: true });
    expect(await statuses()).toEqual([SUCCESS]);
    await backrest.clearHistory({ selector: { ids: [first?.id ?? 0n] } });
    expect(await statuses()).toEqual([]);
  });

  test("CLR7: no selector, one that names nothing, and ids beside other fields are refused in words", async () => {
    const { hub } = await hubWithPeers();
    const { backrest } = callHub(hub);
    for (const request of [{}, { selector: {} }, { selector: { ids: [1n], planId: "home" } }]) {
      await expect(backrest.clearHistory(request)).rejects.toMatchObject({
        code: Code.InvalidArgument,
        rawMessage: expect.stringContaining("selector"),
      });
    }
  });
});

describe("answers", () => {
  /** Enough for many slices of JSON and for compression. */
  async function filled(count = 1_500): Promise<TestHub> {
    const { hub, addPeer } = await hubWithPeers();
    const peer = await addPeer("laptop");
    for (let n = 0; n < count; n++)
      peer.history.add(backup(n % 2 === 0 ? "a/b" : "home", { displayMessage: `no ${n}` }));
    await peer.connect();
    await eventually(async () => expect((await callHub(hub).operationsOf(peer.identity.keyid)).size).toBe(count));
    return hub;
  }

  const authorized = (hub: TestHub, more: Record<string, string>) => ({
    authorization: `Bearer ${hub.token}`,
    ...more,
  });

  test("OPS6: every protocol and encoding, compressed and not, gives the same operations", async () => {
    const hub = await filled();
    const request = { selector: { planId: "a/b" }, lastN: 700n };
    const expected = (await callHub(hub).backrest.getOperations(request)).operations;
    expect(expected).toHaveLength(700);
    const intercept = [withToken(hub)];
    const grpc = { baseUrl: hub.url, httpVersion: "2" as const, interceptors: intercept };
    const transports: Transport[] = [
      createGrpcTransport(grpc),
      createGrpcTransport({ ...grpc, acceptCompression: [] }),
      createGrpcTransport({ ...grpc, useBinaryFormat: false }),
      createGrpcWebTransport({ ...grpc, httpVersion: "1.1" }),
      createGrpcWebTransport({ ...grpc, httpVersion: "1.1", acceptCompression: [] }),
    ];
    for (const transport of transports) {
      const { operations } = await createClient(Backrest, transport).getOperations(request);
      expect(operations).toEqual(expected);
    }
    const body = toBinary(GetOperationsRequestSchema, create(GetOperationsRequestSchema, request));
    for (const encoding of ["gzip", "identity", "gzip;q=0"]) {
      const [header, bytes] = await post(hub, body, {
        "content-type": "application/proto",
        "accept-encoding": encoding,
      });
      expect(header).toBe(encoding === "gzip" ? "gzip" : undefined);
      const plain = encoding === "gzip" ? gunzipSync(bytes) : bytes;
      expect(fromBinary(OperationListSchema, plain).operations).toEqual(expected);
    }
    const answer = await fetch(`${hub.url}/v1.Backrest/GetOperations`, {
      method: "POST",
      headers: authorized(hub, { "content-type": "application/json" }),
      body: JSON.stringify({ selector: { planId: "a/b" }, lastN: "700" }),
    });
    const json = (await answer.json()) as { operations: { id: string; displayMessage: string }[] };
    expect(json.operations.map(({ id, displayMessage }) => [BigInt(id), displayMessage])).toEqual(
      expected.map(({ id, displayMessage }) => [id, displayMessage]),
    );
  });

  test("OPS6: an answer without operations is an empty list in JSON, too", async () => {
    const hub = await filled(1);
    const answer = await fetch(`${hub.url}/v1.Backrest/GetOperations`, {
      method: "POST",
      headers: authorized(hub, { "content-type": "application/json" }),
      body: '{"selector": {"planId": "none"}}',
    });
    expect(await answer.json()).toEqual({});
  });

  test("OPS7: JSON of the wrong types and an unknown field are refused in words", async () => {
    const hub = await filled(1);
    for (const body of [
      '{"selector": {"ids": "all"}}',
      '{"selector": 3}',
      '{"selector": {}, "lastN": {}}',
      "[]",
      "{",
      '{"selector": {}, "lastN": 1.5}',
      '{"selector": {"planID": "home"}}',
    ]) {
      const answer = await fetch(`${hub.url}/v1.Backrest/GetOperations`, {
        method: "POST",
        headers: authorized(hub, { "content-type": "application/json" }),
        body,
      });
      const { code, message } = (await answer.json()) as { code: string; message: string };
      expect([body, answer.status, code]).toEqual([body, 400, "invalid_argument"]);
      expect(message.length).toBeGreaterThan(10);
    }
  });

  test("OPS7: a huge last_n gives what there is; a negative one, an unknown filter and more than 10,000 ids are refused", async () => {
    const hub = await filled(3);
    const { backrest } = callHub(hub);
    expect((await backrest.getOperations({ selector: {}, lastN: 2n ** 63n - 1n })).operations).toHaveLength(3);
    await expect(backrest.getOperations({ selector: {}, lastN: -1n })).rejects.toMatchObject({
      code: Code.InvalidArgument,
      rawMessage: expect.stringContaining("last_n"),
    });
    const newer = create(OpSelectorSchema, { planId: "home" });
    newer.$unknown = [{ no: 77, wireType: WireType.Varint, data: Uint8Array.of(1) }];
    await expect(backrest.getOperations({ selector: newer })).rejects.toMatchObject({
      code: Code.InvalidArgument,
      rawMessage: expect.stringContaining("number 77"),
    });
    const ids = Array.from({ length: 10_001 }, (_, n) => BigInt(n + 1));
    await expect(backrest.getOperations({ selector: { ids } })).rejects.toMatchObject({
      code: Code.ResourceExhausted,
      rawMessage: expect.stringContaining("10,000 ids"),
    });
    const more = Array.from({ length: 300_000 }, (_, n) => BigInt(n + 1));
    await expect(backrest.getOperations({ selector: { ids: more } })).rejects.toMatchObject({
      code: Code.ResourceExhausted,
    });
  });
});

function withToken(hub: TestHub) {
  return (next: Parameters<NonNullable<Parameters<typeof createGrpcTransport>[0]["interceptors"]>[number]>[0]) =>
    (request: Parameters<typeof next>[0]) => {
      request.header.set("authorization", `Bearer ${hub.token}`);
      return next(request);
    };
}

/** One Connect call over HTTP/2, its answer as it came. */
function post(hub: TestHub, body: Uint8Array, headers: Record<string, string>): Promise<[string | undefined, Buffer]> {
  const session = connect(hub.url);
  const stream = session.request({
    ":method": "POST",
    ":path": "/v1.Backrest/GetOperations",
    authorization: `Bearer ${hub.token}`,
    ...headers,
  });
  let encoding: string | undefined;
  stream.on("response", (answer) => {
    encoding = answer["content-encoding"];
  });
  stream.end(body);
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    stream.on("data", (piece: Buffer) => pieces.push(piece));
    stream.on("error", reject).on("end", () => {
      session.close();
      resolve([encoding, Buffer.concat(pieces)]);
    });
  });
}
