import { afterAll, beforeAll, describe, expect, type test } from "@jest/globals";
import type { ConnectRouter } from "@connectrpc/connect";
import { Backrest } from "../../gen/v1/service_pb.js";
import { BackrestSyncService, BackrestSyncStateService } from "../../gen/v1sync/syncservice_pb.js";
import { healthRoutes } from "../../src/rpc/health.js";
import { reflectionRoutes } from "../../src/rpc/reflection.js";
import { Health } from "../../gen/grpc/health/v1/health_pb.js";
import { H2Server, TEST_CERT_PATH } from "../client/h2-server.js";
import { findProgram, run, testWith } from "../support/programs.js";

const SERVICES = [Backrest, BackrestSyncService, BackrestSyncStateService, Health];
const READY = { ready: () => true, onChange: () => () => {} };
const grpcurl = program("grpcurl");
const buf = program("buf");

const servers: H2Server[] = [];

beforeAll(async () => {
  const routes = (router: ConnectRouter) => {
    reflectionRoutes(router, { services: SERVICES });
    healthRoutes(router, { services: SERVICES, source: READY });
  };
  servers.push(await H2Server.listen(routes), await H2Server.listen(routes, { tls: true }));
});

afterAll(async () => {
  for (const server of servers) await server.close();
});

/** How grpcurl and buf are told of a server. */
describe.each([
  ["h2c", 0, ["-plaintext"], ["--http2-prior-knowledge"]],
  ["TLS", 1, ["-cacert", TEST_CERT_PATH], ["--cacert", TEST_CERT_PATH]],
] as const)("%s", (_name, which, grpcurlFlags, bufFlags) => {
  const server = () => {
    const running = servers[which];
    if (running === undefined) throw new Error("the server did not start");
    return running;
  };
  const curl = (...args: string[]) => run(grpcurl.path, ...grpcurlFlags, ...args);

  grpcurl.test("REF9: grpcurl lists the services", async () => {
    const names = (await curl(server().authority, "list")).trim().split("\n");
    expect(names).toEqual([
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
      "v1.Backrest",
      "v1sync.BackrestSyncService",
      "v1sync.BackrestSyncStateService",
    ]);
  });

  grpcurl.test("REF9: grpcurl describes services, methods, messages and enums", async () => {
    const { authority } = server();
    for (const service of SERVICES) {
      const text = await curl(authority, "describe", service.typeName);
      for (const method of service.methods) expect(text).toContain(`rpc ${method.name} (`);
    }
    await expect(curl(authority, "describe", "v1.Backrest.GetOperations")).resolves.toContain(
      "rpc GetOperations ( .v1.GetOperationsRequest ) returns ( .v1.OperationList );",
    );
    await expect(curl(authority, "describe", "v1.Operation")).resolves.toContain("int64 unix_time_start_ms = 5;");
    await expect(curl(authority, "describe", "v1.OperationStatus")).resolves.toContain("STATUS_SUCCESS = 3;");
    await expect(curl(authority, "describe", "v1.PublicKey")).resolves.toContain('json_name = "keyId"');
  });

  grpcurl.test("REF9: grpcurl calls without .proto files", async () => {
    const { authority } = server();
    const answer = await curl("-d", '{"service":"v1.Backrest"}', authority, "grpc.health.v1.Health/Check");
    expect(JSON.parse(answer)).toEqual({ status: "SERVING" });
    const all = await curl(authority, "grpc.health.v1.Health/List");
    expect(JSON.parse(all)).toMatchObject({ statuses: { "": { status: "SERVING" } } });
  });

  buf.test.each(["grpc", "connect"])("REF10: buf curl --protocol %s lists and calls", async (protocol) => {
    const { url } = server();
    const flags = ["curl", ...bufFlags, "--protocol", protocol, "--reflect-protocol", "grpc-v1"];
    await expect(run(buf.path, ...flags, "--list-services", url)).resolves.toContain("v1.Backrest");
    const answer = await run(buf.path, ...flags, "-d", "{}", `${url}/grpc.health.v1.Health/Check`);
    expect(JSON.parse(answer)).toEqual({ status: "SERVING" });
  });
});

/** A program and `test`, or a `test` that says aloud that it skips. */
function program(name: string): { path: string; test: typeof test.skip } {
  return { path: findProgram(name) ?? name, test: testWith(name) };
}
