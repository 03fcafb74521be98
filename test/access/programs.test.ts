import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import { bearer, tokenFor } from "../support/callers.js";
import { findProgram, run, testWith } from "../support/programs.js";
import { startTestHub, type TestHub } from "../support/test-hub.js";

const grpcurl = findProgram("grpcurl") ?? "grpcurl";
let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.close());

const curl = (token: string | undefined, rpc: string, data = "{}") =>
  run(
    grpcurl,
    "-plaintext",
    ...(token === undefined ? [] : ["-H", `authorization: ${bearer(token).authorization}`]),
    "-d",
    data,
    hub.url.replace("http://", ""),
    rpc,
  );

describe("grpcurl, from reflection alone", () => {
  testWith("grpcurl")("ACC10: with each role does what it may, and is told why it may not", async () => {
    const [viewer, operator, admin] = [
      await tokenFor(hub, "viewer"),
      await tokenFor(hub, "operator"),
      await tokenFor(hub, "admin"),
    ];
    const list = "hub.v1.PeersService/ListPeers";
    const add = "hub.v1.PeersService/AddPeer";
    const users = "hub.v1.AccessService/ListUsers";
    const peer = JSON.stringify({ instanceId: "laptop", keyid: `ecdsa.${"A".repeat(43)}` });
    await expect(curl(undefined, list)).rejects.toThrow(/Unauthenticated[\s\S]*needs a login/);
    await expect(curl("wrong", list)).rejects.toThrow(/Unauthenticated[\s\S]*none of this hub's/);
    expect(await curl(viewer, list)).toBe("{}\n");
    await expect(curl(viewer, add, peer)).rejects.toThrow(/PermissionDenied[\s\S]*needs the role operator/);
    expect(await curl(operator, add, peer)).toContain("laptop");
    await expect(curl(operator, users)).rejects.toThrow(/PermissionDenied[\s\S]*needs the role admin/);
    expect(await curl(admin, users)).toBe("{}\n");
    expect(await curl(admin, "hub.v1.AccessService/WhoAmI")).toContain("ROLE_ADMIN");
    expect(await curl(undefined, "grpc.health.v1.Health/Check")).toContain("SERVING");
    expect(await curl(admin, "hub.v1.AccessService/ListAuditEvents")).toContain("permission_denied");
  });
});
