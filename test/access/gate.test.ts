import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { AccessService, CallerKind, Role } from "../../gen/hub/v1/access_pb.js";
import { HubService } from "../../gen/hub/v1/hub_pb.js";
import { PairingService } from "../../gen/hub/v1/pairing_pb.js";
import { PeersService } from "../../gen/hub/v1/peers_pb.js";
import { Health } from "../../gen/grpc/health/v1/health_pb.js";
import { Authentication } from "../../gen/v1/authentication_pb.js";
import { BackrestSyncStateService } from "../../gen/v1sync/syncservice_pb.js";
import { RPC_RULES } from "../../src/access/rpc-roles.js";
import { ROLES as ROLE_NAMES, reaches } from "../../src/access/roles.js";
import { SERVICES } from "../../src/rpc/routes.js";
import {
  addUser,
  adminOf,
  basic,
  bearer,
  PASSWORD,
  type Protocol,
  tokenFor,
  transportWith,
} from "../support/callers.js";
import { startTestHub, type TestHub } from "../support/test-hub.js";

let hub: TestHub;
const tokens = new Map<string, string>();

beforeAll(async () => {
  hub = await startTestHub();
  for (const role of ROLE_NAMES) tokens.set(role, await tokenFor(hub, role));
  await addUser(hub, "ann", "operator");
});
afterAll(() => hub.close());

const KEYID = `ecdsa.${"A".repeat(43)}`;
const PROTOCOLS: readonly Protocol[] = ["connect", "grpc", "grpc-web"];
const tokenOf = (role: string) => tokens.get(role) ?? "";
const whoAmI = (headers: Record<string, string>, protocol: Protocol = "connect") =>
  createClient(AccessService, transportWith(hub.url, headers, protocol)).whoAmI({});

async function errorOf(call: Promise<unknown>): Promise<ConnectError> {
  const reason: unknown = await call.then(
    () => new Error("it was answered"),
    (error: unknown) => error,
  );
  expect(reason).toBeInstanceOf(ConnectError);
  return ConnectError.from(reason);
}

describe("the gate", () => {
  test.each(PROTOCOLS)("ACC11: token, access token, session and password say who calls over %s", async (protocol) => {
    const { token: session } = await createClient(Authentication, transportWith(hub.url, {}, protocol)).login({
      username: "ann",
      password: PASSWORD,
    });
    for (const [headers, caller] of [
      [bearer(hub.token), { name: "admin", kind: CallerKind.ADMIN_TOKEN, role: Role.ADMIN }],
      [bearer(tokenOf("viewer")), { name: "viewer", kind: CallerKind.ACCESS_TOKEN, role: Role.VIEWER }],
      [bearer(session), { name: "ann", kind: CallerKind.USER, role: Role.OPERATOR }],
      [basic("ann", PASSWORD), { name: "ann", kind: CallerKind.USER, role: Role.OPERATOR }],
    ] as const) {
      expect((await whoAmI(headers, protocol)).caller).toMatchObject(caller);
    }
  });

  test.each(PROTOCOLS)("ACC10: a role that does not suffice is told what it takes, over %s", async (protocol) => {
    const peers = createClient(PeersService, transportWith(hub.url, bearer(tokenOf("viewer")), protocol));
    await peers.listPeers({});
    const error = await errorOf(peers.approvePeer({ keyid: KEYID }));
    expect(error).toMatchObject({
      code: Code.PermissionDenied,
      rawMessage: "this needs the role operator, and viewer has the role viewer; ask an admin of the hub",
    });
    const operator = transportWith(hub.url, bearer(tokenOf("operator")), protocol);
    expect(await errorOf(createClient(PeersService, operator).approvePeer({ keyid: KEYID }))).toMatchObject({
      code: Code.NotFound,
    });
    expect(await errorOf(createClient(PairingService, operator).createPairingToken({}))).toMatchObject({
      code: Code.PermissionDenied,
      rawMessage: expect.stringContaining("needs the role admin, and operator has the role operator"),
    });
  });

  test("ACC10: every unary rpc is refused to exactly the roles that its row says", async () => {
    for (const method of SERVICES.flatMap(({ methods }) => methods)) {
      const rule = RPC_RULES[method.parent.typeName]?.[method.name];
      if (rule === undefined || rule.role === "open" || method.methodKind !== "unary") continue;
      for (const role of ["nobody", ...ROLE_NAMES]) {
        // Not protobuf: whoever gets past the gate is told that, and nothing is done.
        const response = await fetch(`${hub.url}/${method.parent.typeName}/${method.name}`, {
          method: "POST",
          headers: {
            "content-type": "application/proto",
            ...(role === "nobody" ? {} : bearer(tokenOf(role))),
          },
          body: "\xff\xff\xff",
        });
        await response.arrayBuffer();
        const allowed = ROLE_NAMES.some((name) => name === role && rule.role !== "open" && reaches(name, rule.role));
        const wanted = role === "nobody" ? 401 : allowed ? [400, 500, 501] : 403;
        expect([method.name, role, wanted]).toEqual([
          method.name,
          role,
          Array.isArray(wanted) ? (wanted.includes(response.status) ? wanted : response.status) : response.status,
        ]);
      }
    }
  });

  test.each([
    ["nothing", {}, "admin-token"],
    ["an empty token", { authorization: "Bearer " }, "not understood"],
    ["a bare token", { authorization: "letmein" }, "not understood"],
    ["another scheme", { authorization: "Digest username=x" }, "not understood"],
    ["a wrong token", bearer("bhat_nope"), "none of this hub's"],
    ["half a JWT", bearer("a.b.c"), "none of this hub's"],
    ["a Basic that is no base64", { authorization: "Basic %%%" }, "not understood"],
    ["a password with NUL", basic("ann", "a\0b"), "user name or the password is wrong"],
    ["a giant password", basic("ann", "x".repeat(8_000)), "user name or the password is wrong"],
    ["an unknown user", basic("__proto__", "whatever-it-is"), "user name or the password is wrong"],
  ])("ACC11: %s is refused in words", async (_, headers, words) => {
    const error = await errorOf(whoAmI(headers));
    expect(error).toMatchObject({ code: Code.Unauthenticated, rawMessage: expect.stringContaining(words) });
    expect(error.message).not.toContain("x".repeat(100));
  });

  test("ACC11: a token that has expired or was revoked says so", async () => {
    const admin = adminOf(hub);
    const short = await admin.createAccessToken({ name: "short", role: Role.VIEWER, ttl: { nanos: 1_000_000 } });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await errorOf(whoAmI(bearer(short.text)))).toMatchObject({
      code: Code.Unauthenticated,
      rawMessage: 'the access token "short" has expired; ask an admin of the hub for another',
    });
    await admin.revokeAccessToken({ id: short.token?.id ?? 0n });
    expect(await errorOf(whoAmI(bearer(short.text)))).toMatchObject({
      rawMessage: expect.stringContaining("revoked"),
    });
  });

  test("ACC2: what is open needs nobody, and a wrong token does not close it", async () => {
    for (const headers of [{}, bearer("wrong"), basic("ann", "wrong-password")]) {
      await createClient(Health, transportWith(hub.url, headers)).check({});
    }
    expect(await errorOf(createClient(HubService, transportWith(hub.url, {})).getIdentity({}))).toMatchObject({
      code: Code.Unauthenticated,
    });
  });

  test("ACC3: a refusal does not wait for the body, whether the caller is unknown or may not do it", async () => {
    for (const [authorization, status] of [
      ["", 401],
      [`Authorization: Bearer ${tokenOf("viewer")}\r\n`, 403],
    ] as const) {
      const socket = connect(hub.hub.port, "127.0.0.1");
      socket.write(
        `POST /hub.v1.PeersService/AddPeer HTTP/1.1\r\nHost: hub\r\n${authorization}Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{`,
      );
      const answer = await once(socket, "data");
      socket.destroy();
      expect(String(answer[0])).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    }
  });

  test("ACC18: what a caller makes carries the caller's name", async () => {
    await adminOf(hub).createAccessToken({ name: "provisioning", role: Role.ADMIN });
    const text = await tokenFor(hub, "admin", "installer");
    const pairing = createClient(PairingService, transportWith(hub.url, bearer(text)));
    expect((await pairing.createPairingToken({})).token?.createdBy).toBe("installer");
    const { tokens: made } = await adminOf(hub).listAccessTokens({});
    expect(made[0]).toMatchObject({ name: "installer", createdBy: "admin" });
    expect(made[0]?.lastUsedAt).toBeDefined();
    expect(made.find(({ name }) => name === "provisioning")?.lastUsedAt).toBeUndefined();
  });

  test("ACC3: a stream is refused before it begins, too", async () => {
    const states = createClient(BackrestSyncStateService, transportWith(hub.url, {}, "grpc"));
    const read = async () => {
      for await (const state of states.getPeerSyncStatesStream({ subscribe: true })) return state;
      return undefined;
    };
    expect(await errorOf(read())).toMatchObject({ code: Code.Unauthenticated });
  });

  test("ACC1: a hub with an rpc that has no row, or a row without an rpc, does not start", async () => {
    const rows: Record<string, unknown> = RPC_RULES["hub.v1.HubService"] ?? {};
    const row = rows["GetStatus"];
    try {
      delete rows["GetStatus"];
      await expect(startTestHub()).rejects.toThrow("the rpc hub.v1.HubService/GetStatus has no row");
      Object.assign(rows, { GetStatus: row, GetNothing: row });
      await expect(startTestHub()).rejects.toThrow("the row hub.v1.HubService/GetNothing has no rpc");
    } finally {
      delete rows["GetNothing"];
      rows["GetStatus"] = row;
    }
  });
});
