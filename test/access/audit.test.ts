import { Code, createClient } from "@connectrpc/connect";
import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { CallerKind, Role } from "../../gen/hub/v1/access_pb.js";
import { PairingService } from "../../gen/hub/v1/pairing_pb.js";
import { PeersService } from "../../gen/hub/v1/peers_pb.js";
import { Backrest } from "../../gen/v1/service_pb.js";
import { addUser, adminOf, basic, bearer, PASSWORD, tokenFor, transportWith } from "../support/callers.js";
import { startTestHub, type TestHub } from "../support/test-hub.js";

let hub: TestHub;
beforeEach(async () => {
  hub = await startTestHub();
});
afterEach(() => hub.close());

describe("the audit log", () => {
  test("ACC19: holds every change, its caller, request and outcome, the newest first, over a restart", async () => {
    await addUser(hub, "ann", "operator");
    const peers = createClient(PeersService, transportWith(hub.url, basic("ann", PASSWORD), "grpc"));
    const keyid = `ecdsa.${"A".repeat(43)}`;
    const unknown = `ecdsa.${"B".repeat(42)}A`;
    await peers.addPeer({ instanceId: "laptop", keyid });
    await expect(peers.approvePeer({ keyid: unknown })).rejects.toMatchObject({ code: Code.NotFound });
    await peers.listPeers({});
    hub = await hub.restart();
    const { events } = await adminOf(hub).listAuditEvents({});
    expect(events).toMatchObject([
      {
        caller: { name: "ann", kind: CallerKind.USER, role: Role.OPERATOR },
        address: "127.0.0.1",
        action: "hub.v1.PeersService/ApprovePeer",
        summary: `{"keyid":"${unknown}"}`,
        outcome: "not_found",
        times: 1n,
      },
      {
        action: "hub.v1.PeersService/AddPeer",
        summary: `{"instance_id":"laptop","keyid":"${keyid}"}`,
        outcome: "ok",
      },
      {
        caller: { name: "admin", kind: CallerKind.ADMIN_TOKEN },
        action: "hub.v1.AccessService/AddUser",
        summary: '{"name":"ann","role":"ROLE_OPERATOR","password":"***hidden***"}',
      },
    ]);
  });

  test("ACC19: what the hub does not do is a change that failed", async () => {
    const backrest = createClient(Backrest, transportWith(hub.url, bearer(hub.token)));
    await expect(backrest.backup({ value: "home" })).rejects.toMatchObject({ code: Code.Unimplemented });
    const { events } = await adminOf(hub).listAuditEvents({});
    expect(events).toMatchObject([
      { action: "v1.Backrest/Backup", summary: '{"value":"home"}', outcome: "unimplemented" },
    ]);
  });

  test("ACC20: counts who was refused, with a name only where it is somebody's", async () => {
    const viewer = await tokenFor(hub, "viewer", "grafana");
    const pairing = createClient(PairingService, transportWith(hub.url, bearer(viewer)));
    for (let i = 0; i < 3; i++) await pairing.createPairingToken({}).catch(() => undefined);
    await addUser(hub, "ann", "viewer");
    for (const headers of [
      bearer("bhat_wrong"),
      basic("nobody", "wrong password"),
      {},
      basic("ann", "wrong password"),
    ]) {
      await createClient(PeersService, transportWith(hub.url, headers))
        .listPeers({})
        .catch(() => undefined);
    }
    const { events } = await adminOf(hub).listAuditEvents({ failuresOnly: true });
    expect(events).toMatchObject([
      { caller: { name: "ann", kind: CallerKind.USER }, action: "hub.v1.PeersService/ListPeers", times: 1n },
      { caller: { name: "", kind: 0 }, action: "hub.v1.PeersService/ListPeers", outcome: "unauthenticated", times: 2n },
      {
        caller: { name: "grafana", kind: CallerKind.ACCESS_TOKEN, role: Role.VIEWER },
        action: "hub.v1.PairingService/CreatePairingToken",
        outcome: "permission_denied",
        times: 3n,
      },
    ]);
  });

  test("ACC22: is searched by caller, rpc and time, and up to a limit", async () => {
    const installer = await tokenFor(hub, "admin", "installer");
    const pairing = createClient(PairingService, transportWith(hub.url, bearer(installer)));
    for (let i = 0; i < 5; i++) await pairing.createPairingToken({ label: `${i}` });
    const read = async (request: Parameters<ReturnType<typeof adminOf>["listAuditEvents"]>[0]) =>
      (await adminOf(hub).listAuditEvents(request)).events.length;
    expect([
      await read({}),
      await read({ caller: "installer" }),
      await read({ caller: "nobody" }),
      await read({ action: "CreatePairingToken" }),
      await read({ action: "hub.v1.PairingService/CreatePairingToken", limit: 2 }),
      await read({ action: "Create" }),
      await read({ since: { seconds: BigInt(Math.floor(Date.now() / 1000) + 60) } }),
      await read({ since: { seconds: 1n } }),
    ]).toEqual([6, 5, 0, 5, 2, 0, 0, 6]);
    await expect(read({ limit: -1 })).rejects.toMatchObject({ code: Code.InvalidArgument });
  });

  test("ACC21: neither the store nor the log holds a password, a token or a session", async () => {
    await addUser(hub, "ann", "admin");
    const token = await tokenFor(hub, "viewer");
    const { text } = await createClient(PairingService, transportWith(hub.url, bearer(hub.token))).createPairingToken(
      {},
    );
    await createClient(PeersService, transportWith(hub.url, basic("ann", PASSWORD))).listPeers({});
    const { database } = hub.directory.paths;
    const log = JSON.stringify(hub.log);
    const stored = Buffer.concat([await readFile(database), await readFile(`${database}-wal`)]);
    for (const secret of [PASSWORD, token, token.slice(5), text, hub.token]) {
      expect([stored.includes(secret), log.includes(secret)]).toEqual([false, false]);
    }
  });
});
