import { Code, ConnectError, createClient, type Interceptor } from "@connectrpc/connect";
import { connectNodeAdapter, createConnectTransport } from "@connectrpc/connect-node";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { HubService } from "../../gen/hub/v1/hub_pb.js";
import { BackrestSyncStateService } from "../../gen/v1sync/syncservice_pb.js";
import { Authentication } from "../../gen/v1/authentication_pb.js";
import { adminGate } from "../../src/access/admin-gate.js";

const TOKEN = "right-token-right-token-right-token";
let server: Server;
let port: number;
let known: string[];

beforeEach(async () => {
  known = [];
  server = createServer(
    connectNodeAdapter({
      requestGate: adminGate({ adminToken: TOKEN, onAuthenticated: (context) => void known.push(context.method.name) }),
      routes: (router) => {
        router.service(HubService, { getIdentity: () => ({ instanceId: "hub" }) });
        router.service(BackrestSyncStateService, { getPeerSyncStatesStream: async function* () {} });
        router.service(Authentication, { hashPassword: () => ({ value: "x" }) });
      },
    }),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

describe("the admin gate", () => {
  test("ACC1: the right token opens a guarded service, and its connection is known from then on", async () => {
    const { instanceId } = await createClient(HubService, transport(`Bearer ${TOKEN}`)).getIdentity({});
    expect([instanceId, known]).toEqual(["hub", ["GetIdentity"]]);
  });

  test.each([
    ["no token", undefined],
    ["an empty one", "Bearer "],
    ["a wrong one", `Bearer ${TOKEN}x`],
    ["a shorter one", `Bearer ${TOKEN.slice(1)}`],
    ["another scheme", `Basic ${TOKEN}`],
    ["the bare token", TOKEN],
  ])("ACC1: %s is refused in words that say where the token is", async (_, header) => {
    for (const call of [
      () => createClient(HubService, transport(header)).getIdentity({}),
      () => readAll(createClient(BackrestSyncStateService, transport(header)).getPeerSyncStatesStream({})),
    ]) {
      const error: unknown = await call().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ConnectError);
      expect(ConnectError.from(error)).toMatchObject({
        code: Code.Unauthenticated,
        rawMessage: expect.stringContaining("admin-token"),
      });
      expect(ConnectError.from(error).message).not.toContain(TOKEN);
    }
    expect(known).toEqual([]);
  });

  test("ACC2: open services need no token, and a right one makes the caller known there too", async () => {
    await createClient(Authentication, transport(undefined)).hashPassword({ value: "x" });
    expect(known).toEqual([]);
    await createClient(Authentication, transport(`Bearer ${TOKEN}`)).hashPassword({ value: "x" });
    expect(known).toEqual(["HashPassword"]);
  });

  test("ACC3: the refusal does not wait for the body", async () => {
    const socket = connect(port, "127.0.0.1");
    socket.write(
      "POST /hub.v1.HubService/GetIdentity HTTP/1.1\r\nHost: hub\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{",
    );
    const answer = await once(socket, "data");
    socket.destroy();
    expect(String(answer[0])).toMatch(/^HTTP\/1\.1 401 /);
  });
});

async function readAll(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const item of stream) expect(item).toBeUndefined();
}

function transport(header: string | undefined): ReturnType<typeof createConnectTransport> {
  const authorize: Interceptor = (next) => (request) => {
    if (header !== undefined) request.header.set("authorization", header);
    return next(request);
  };
  return createConnectTransport({ baseUrl: `http://127.0.0.1:${port}`, httpVersion: "1.1", interceptors: [authorize] });
}
