import { Code, type ConnectRouter, createClient, type Client } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { afterEach, describe, expect, test } from "@jest/globals";
import {
  Health,
  type HealthCheckResponse,
  HealthCheckResponse_ServingStatus as Status,
} from "../../gen/grpc/health/v1/health_pb.js";
import { Backrest } from "../../gen/v1/service_pb.js";
import { HEALTH_LIMITS, type HealthLimits, type HealthSource, healthRoutes } from "../../src/rpc/health.js";
import { H2Server, until } from "../client/h2-server.js";

class Readiness implements HealthSource {
  readonly listeners = new Set<() => void>();
  #ready = true;

  ready(): boolean {
    return this.#ready;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  set(ready: boolean): void {
    this.#ready = ready;
    for (const listener of this.listeners) listener();
  }
}

let server: H2Server | undefined;
let source = new Readiness();

async function serve(limits: Partial<HealthLimits> = {}): Promise<Client<typeof Health>> {
  source = new Readiness();
  server = await H2Server.listen((router: ConnectRouter) =>
    healthRoutes(router, { source, services: [Backrest], limits: { ...HEALTH_LIMITS, ...limits } }),
  );
  return createClient(Health, createGrpcTransport({ baseUrl: server.url, idleConnectionTimeoutMs: 100 }));
}

afterEach(async () => {
  const running = server;
  server = undefined;
  if (running === undefined) return;
  await until("no stream is open", () => running.streams === 0);
  expect(source.listeners.size).toBe(0);
  await running.close();
});

/** One watcher with its own end. */
function watch(client: Client<typeof Health>, service: string) {
  const abort = new AbortController();
  const statuses = client.watch({ service }, { signal: abort.signal })[Symbol.asyncIterator]();
  const next = async (): Promise<Status | undefined> => {
    const result: IteratorResult<HealthCheckResponse> = await statuses.next();
    return result.done === true ? undefined : result.value.status;
  };
  return { next, stop: () => abort.abort() };
}

describe("Check", () => {
  test.each(["", "v1.Backrest", "grpc.health.v1.Health"])(
    "HLT1: '%s' is served while the hub is ready",
    async (service) => {
      const client = await serve();
      await expect(client.check({ service })).resolves.toMatchObject({ status: Status.SERVING });
      source.set(false);
      await expect(client.check({ service })).resolves.toMatchObject({ status: Status.NOT_SERVING });
    },
  );

  test.each(["v1.Nothing", "constructor", "__proto__"])("HLT2: '%s' is not found, in words", async (service) => {
    const client = await serve();
    const words: unknown = expect.stringContaining(service);
    await expect(client.check({ service })).rejects.toMatchObject({ code: Code.NotFound, rawMessage: words });
  });

  test("HLT1: Connect clients are answered like gRPC ones", async () => {
    await serve();
    const baseUrl = server?.url ?? "";
    const options = { baseUrl, httpVersion: "2", idleConnectionTimeoutMs: 100, useBinaryFormat: false } as const;
    const client = createClient(Health, createConnectTransport(options));
    await expect(client.check({})).resolves.toMatchObject({ status: Status.SERVING });
  });
});

describe("List", () => {
  test("HLT3: every service and the server as a whole", async () => {
    const client = await serve();
    source.set(false);
    const { statuses } = await client.list({});
    expect(Object.keys(statuses).toSorted()).toEqual(["", "grpc.health.v1.Health", "v1.Backrest"]);
    expect(Object.values(statuses).every(({ status }) => status === Status.NOT_SERVING)).toBe(true);
  });
});

describe("Watch", () => {
  test("HLT4: the status comes at once, and then every change", async () => {
    const watcher = watch(await serve(), "v1.Backrest");
    await expect(watcher.next()).resolves.toBe(Status.SERVING);
    source.set(false);
    await expect(watcher.next()).resolves.toBe(Status.NOT_SERVING);
    source.set(false);
    source.set(true);
    await expect(watcher.next()).resolves.toBe(Status.SERVING);
    watcher.stop();
  });

  test("HLT5: an unknown service is reported as such, and the stream stays open", async () => {
    const watcher = watch(await serve(), "v1.Nothing");
    await expect(watcher.next()).resolves.toBe(Status.SERVICE_UNKNOWN);
    source.set(false);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server?.streams).toBe(1);
    watcher.stop();
  });

  test("HLT6: a watcher that left is forgotten", async () => {
    const watcher = watch(await serve(), "");
    await watcher.next();
    expect(source.listeners.size).toBe(1);
    watcher.stop();
    await until("its listener is gone", () => source.listeners.size === 0);
  });

  test("HLT7: watchers beyond the limit are refused, and the place of one that left is free again", async () => {
    const client = await serve({ watchers: 1 });
    const first = watch(client, "");
    await first.next();
    await expect(watch(client, "").next()).rejects.toMatchObject({ code: Code.ResourceExhausted });
    first.stop();
    await until("its listener is gone", () => source.listeners.size === 0);
    const second = watch(client, "");
    await expect(second.next()).resolves.toBe(Status.SERVING);
    second.stop();
  });
});

describe("limits", () => {
  test("HLT8: a request over the limit in bytes is refused", async () => {
    const client = await serve({ requestMaxBytes: 64 });
    await expect(client.check({ service: "x".repeat(65) })).rejects.toMatchObject({ code: Code.ResourceExhausted });
  });
});
