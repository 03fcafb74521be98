import { create, toJsonString } from "@bufbuild/protobuf";
import { Code, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  ListPairingTokensResponseSchema,
  PairingService,
  PairingTokenStatus,
  RevokePairingTokenResponseSchema,
} from "../../gen/hub/v1/pairing_pb.js";
import { Multihost_Permission_Type as GrantType, Multihost_PermissionSchema } from "../../gen/v1/config_pb.js";
import { Backrest } from "../../gen/v1/service_pb.js";
import { parsePairingToken } from "../../src/fleet/pairing-token.js";
import { startTestHub, type TestHub } from "../support/test-hub.js";

let hub: TestHub;
beforeEach(async () => {
  hub = await startTestHub();
});
afterEach(() => hub.close());

/** Over HTTP/2, as Backrest's page and grpcurl may come. */
function overHttp2(protocol: "connect" | "grpc", token = hub.token): Transport {
  const options = {
    baseUrl: hub.url,
    interceptors: [
      (next: Parameters<NonNullable<Parameters<typeof createGrpcTransport>[0]["interceptors"]>[number]>[0]) =>
        (request: Parameters<typeof next>[0]) => {
          request.header.set("Authorization", `Bearer ${token}`);
          return next(request);
        },
    ],
  };
  return protocol === "grpc" ? createGrpcTransport(options) : createConnectTransport({ ...options, httpVersion: "2" });
}

describe("hub.v1.PairingService", () => {
  test.each(["connect", "grpc"] as const)("PAIR12: a token is made, listed and revoked over %s", async (protocol) => {
    const client = createClient(PairingService, overHttp2(protocol));
    const permission = create(Multihost_PermissionSchema, {
      type: GrantType.PERMISSION_READ_CONFIG,
      scopes: ["*", "!repo:private"],
    });
    const created = await client.createPairingToken({
      label: "new laptop",
      ttl: { seconds: 900n },
      maxUses: 3,
      forInstance: "laptop",
      permissions: [permission],
    });
    const { identity } = hub.directory;
    expect(created).toMatchObject({ instanceId: "hub-test-hub", keyid: identity.ed25519.keyid });
    expect(parsePairingToken(created.text)).toEqual({
      keyid: created.keyid,
      secret: created.secret,
      instanceId: created.instanceId,
    });
    const { tokens } = await client.listPairingTokens({});
    expect(tokens).toEqual([created.token]);
    expect(tokens[0]).toMatchObject({
      label: "new laptop",
      createdBy: "admin",
      maxUses: 3,
      uses: 0,
      forInstance: "laptop",
      permissions: [permission],
      status: PairingTokenStatus.GOOD,
    });
    const [token] = tokens;
    expect((token?.expiresAt?.seconds ?? 0n) - (token?.createdAt?.seconds ?? 0n)).toBe(900n);
    expect((await client.revokePairingToken({ id: token?.id ?? 0n })).token).toEqual(token);
    expect((await client.listPairingTokens({})).tokens).toEqual([]);
    await expect(client.revokePairingToken({ id: token?.id ?? 0n })).rejects.toMatchObject({ code: Code.NotFound });
  });

  test("PAIR12: what is absent has its default, and 0 is no limit", async () => {
    const client = createClient(PairingService, overHttp2("connect"));
    const bare = (await client.createPairingToken({})).token;
    expect(bare).toMatchObject({ maxUses: 1, label: "" });
    expect((bare?.expiresAt?.seconds ?? 0n) - (bare?.createdAt?.seconds ?? 0n)).toBe(900n);
    const endless = (await client.createPairingToken({ ttl: {}, maxUses: 0 })).token;
    expect([endless?.expiresAt, endless?.maxUses]).toEqual([undefined, 0]);
    await expect(client.createPairingToken({ ttl: { seconds: -1n } })).rejects.toMatchObject({
      code: Code.InvalidArgument,
    });
  });

  test("PAIR12: nobody without the admin token makes, lists or revokes any", async () => {
    const client = createClient(PairingService, overHttp2("connect", "wrong"));
    const backrest = createClient(Backrest, overHttp2("connect", "wrong"));
    for (const call of [
      () => client.createPairingToken({}),
      () => client.listPairingTokens({}),
      () => client.revokePairingToken({ id: 1n }),
      () => backrest.generatePairingToken({}),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: Code.Unauthenticated });
    }
  });

  test("PAIR13: a secret is in the answer that made it, and in no list, log line or later answer", async () => {
    const client = createClient(PairingService, overHttp2("connect"));
    const { secret } = await client.createPairingToken({ label: "one" });
    const { token: text } = await createClient(Backrest, overHttp2("connect")).generatePairingToken({ label: "two" });
    const secrets = [secret, parsePairingToken(text).secret];
    const listed = await client.listPairingTokens({});
    const revoked = await client.revokePairingToken({ id: listed.tokens[0]?.id ?? 0n });
    const again = await hub.restart();
    hub = again;
    const said =
      toJsonString(ListPairingTokensResponseSchema, listed) +
      toJsonString(RevokePairingTokenResponseSchema, revoked) +
      JSON.stringify(hub.log);
    for (const each of secrets) expect(said.includes(each)).toBe(false);
    expect((await createClient(PairingService, overHttp2("connect")).listPairingTokens({})).tokens).toHaveLength(1);
  });

  test("PAIR14: GeneratePairingToken gives Backrest's page a token on its terms", async () => {
    const backrest = createClient(Backrest, overHttp2("connect"));
    const limited = {
      label: "limited",
      ttlSeconds: 3600n,
      maxUses: 2,
      permissions: [{ type: GrantType.PERMISSION_READ_OPERATIONS, scopes: ["*"] }],
    };
    expect(parsePairingToken((await backrest.generatePairingToken(limited)).token)).toMatchObject({
      keyid: hub.directory.identity.ed25519.keyid,
      instanceId: "hub-test-hub",
    });
    await backrest.generatePairingToken({ label: "endless", ttlSeconds: 0n, maxUses: 0 });
    const { tokens } = await createClient(PairingService, overHttp2("connect")).listPairingTokens({});
    expect(tokens).toMatchObject([
      { label: "endless", maxUses: 0 },
      { label: "limited", maxUses: 2, permissions: [{ scopes: ["*"] }] },
    ]);
    expect(tokens[0]?.expiresAt).toBeUndefined();
    await expect(
      backrest.generatePairingToken({ permissions: [{ type: GrantType.PERMISSION_READ_CONFIG, scopes: ["bogus"] }] }),
    ).rejects.toMatchObject({ code: Code.InvalidArgument });
  });
});
