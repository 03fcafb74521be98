import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Role } from "../../gen/hub/v1/access_pb.js";
import { Authentication } from "../../gen/v1/authentication_pb.js";
import { Backrest } from "../../gen/v1/service_pb.js";
import { BackrestSyncStateService } from "../../gen/v1sync/syncservice_pb.js";
import { kCaller } from "../../src/access/caller.js";
import { LiveCalls } from "../../src/access/live-calls.js";
import { HubError } from "../../src/errors.js";
import { kConnection } from "../../src/request-context.js";
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
beforeEach(async () => {
  hub = await startTestHub();
});
afterEach(() => hub.close());

const CONNECTION = {
  address: "127.0.0.1",
  peerAddress: "127.0.0.1",
  encrypted: false,
  meantHttps: false,
  answerWith: () => undefined,
  loopback: true,
  takesSecrets: true,
  userAgent: "",
  authenticated: () => undefined,
  allow: () => undefined,
  ping: () => Promise.resolve(),
  send: () => undefined,
  cut: () => undefined,
};

interface Watching {
  /** How the stream ended. */
  readonly ended: Promise<ConnectError | undefined>;
}

/** Opens a stream; resolves with its first message. */
async function watch(
  headers: Record<string, string>,
  which: "events" | "states",
  protocol: Protocol,
): Promise<Watching> {
  const transport = transportWith(hub.url, headers, protocol);
  const stream: AsyncIterable<unknown> =
    which === "events"
      ? createClient(Backrest, transport).getOperationEvents({})
      : createClient(BackrestSyncStateService, transport).getPeerSyncStatesStream({ subscribe: true });
  const messages = stream[Symbol.asyncIterator]();
  await messages.next();
  const readOn = async () => {
    try {
      while ((await messages.next()).done !== true);
      return undefined;
    } catch (reason) {
      return ConnectError.from(reason);
    }
  };
  return { ended: readOn() };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const PROTOCOLS = ["connect", "grpc", "grpc-web"] as const;

describe("a stream that lives longer than what its caller may", () => {
  test.each(PROTOCOLS)("ACC17: ends when its token is revoked, and no other does, over %s", async (protocol) => {
    const text = await tokenFor(hub, "viewer");
    const streams = [await watch(bearer(text), "events", protocol), await watch(bearer(text), "states", protocol)];
    const other = await watch(bearer(hub.token), "events", protocol);
    let othersEnd = false;
    void other.ended.then(() => (othersEnd = true));
    const { tokens } = await adminOf(hub).listAccessTokens({});
    await adminOf(hub).revokeAccessToken({ id: tokens[0]?.id ?? 0n });
    for (const { ended } of streams) {
      expect(await within(3_000, ended)).toMatchObject({
        code: Code.Unauthenticated,
        rawMessage: 'the access token "viewer" was revoked; ask an admin of the hub for another',
      });
    }
    expect(othersEnd).toBe(false);
  });

  test("ACC17: ends when its token expires", async () => {
    const { text } = await adminOf(hub).createAccessToken({ name: "short", role: Role.VIEWER, ttl: { seconds: 1n } });
    const { ended } = await watch(bearer(text), "events", "grpc");
    expect(await within(5_000, ended)).toMatchObject({ rawMessage: expect.stringContaining("expired") });
  });

  test("ACC17: ends when its user is removed, has another password or is logged out", async () => {
    await addUser(hub, "ann", "viewer");
    await addUser(hub, "bob", "viewer");
    const logIn = async (username: string) =>
      (await createClient(Authentication, transportWith(hub.url, {})).login({ username, password: PASSWORD })).token;
    const session = await watch(bearer(await logIn("ann")), "states", "connect");
    const password = await watch(basic("bob", PASSWORD), "events", "connect");
    await adminOf(hub).removeUser({ name: "ann" });
    await adminOf(hub).setUserPassword({ name: "bob", password: "another password" });
    for (const { ended } of [session, password]) {
      expect(await within(3_000, ended)).toMatchObject({ code: Code.Unauthenticated });
    }
  });

  test("ACC17: goes on with a role that still suffices", async () => {
    await addUser(hub, "ann", "admin");
    await addUser(hub, "bob", "admin");
    const { ended } = await watch(basic("ann", PASSWORD), "events", "connect");
    let over = false;
    void ended.then(() => (over = true));
    await adminOf(hub).setUserRole({ name: "ann", role: Role.VIEWER });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(over).toBe(false);
  });

  test("ACC17: one that does not end by itself is cut, and nothing of it stays", async () => {
    const calls = new LiveCalls();
    let role: "viewer" | "admin" = "admin";
    let cut = 0;
    let revoked = false;
    const who = () => ({ name: "ann", kind: "user", role }) as const;
    const now = () => (revoked ? new HubError("unauthenticated", "revoked") : who());
    const over = new AbortController();
    const transport = createRouterTransport(
      (router) => {
        router.service(Backrest, {
          // Parked for ever, whatever its signal says.
          getOperationEvents: async function* () {
            yield {};
            await new Promise(() => undefined);
          },
        });
      },
      {
        router: {
          interceptors: [
            (next) => (request) => {
              request.contextValues.set(kCaller, { ...who(), now });
              request.contextValues.set(kConnection, { ...CONNECTION, cut: () => void cut++ });
              return next(request);
            },
            calls.interceptor,
          ],
        },
      },
    );
    const events = createClient(Backrest, transport).getOperationEvents({}, { signal: over.signal });
    const messages = events[Symbol.asyncIterator]();
    await messages.next();
    expect(calls.size).toBe(1);
    role = "viewer";
    calls.sweep();
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    // A viewer may read the events.
    expect([cut, calls.size]).toEqual([0, 1]);
    revoked = true;
    calls.sweep();
    calls.sweep();
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    expect(cut).toBe(1);
    over.abort();
    await messages.next().catch(() => undefined);
    expect(calls.size).toBe(0);
    calls.close();
  });
});
