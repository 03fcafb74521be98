import { create, createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ConnectRouter, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterEach, describe, expect, test } from "@jest/globals";
import { Health } from "../../gen/grpc/health/v1/health_pb.js";
import { ServerReflection } from "../../gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as ServerReflectionV1Alpha } from "../../gen/grpc/reflection/v1alpha/reflection_pb.js";
import { Backrest } from "../../gen/v1/service_pb.js";
import { BackrestSyncService, BackrestSyncStateService } from "../../gen/v1sync/syncservice_pb.js";
import { REFLECTION_LIMITS, type ReflectionLimits, reflectionRoutes } from "../../src/rpc/reflection.js";
import { H2Server, until } from "../client/h2-server.js";
import { ask, each, filesOf, request } from "./reflection-client.js";

const SERVICES = [Backrest, BackrestSyncService, BackrestSyncStateService, Health];

let server: H2Server | undefined;

async function serve(limits: Partial<ReflectionLimits> = {}): Promise<H2Server> {
  server = await H2Server.listen((router: ConnectRouter) =>
    reflectionRoutes(router, { services: SERVICES, limits: { ...REFLECTION_LIMITS, ...limits } }),
  );
  return server;
}

afterEach(async () => {
  const running = server;
  server = undefined;
  if (running === undefined) return;
  await until("no stream is open", () => running.streams === 0);
  await running.close();
});

function decode(files: readonly Uint8Array[]): FileDescriptorProto[] {
  return files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
}

describe("what is there", () => {
  test("REF1: both versions list every service by its full name, reflection included", async () => {
    const { url } = await serve();
    const names = [
      ...SERVICES.map((service) => service.typeName),
      "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
    ].toSorted();
    const transport = createGrpcTransport({ baseUrl: url, idleConnectionTimeoutMs: 100 });
    for (const service of [ServerReflection, ServerReflectionV1Alpha] as const) {
      const client = createClient(service, transport);
      const listed: string[] = [];
      const question = { messageRequest: { case: "listServices", value: "*" } } as const;
      for await (const answer of client.serverReflectionInfo(each([question]))) {
        if (answer.messageResponse.case !== "listServicesResponse") throw new Error("expected a list");
        listed.push(...answer.messageResponse.value.service.map(({ name }) => name));
      }
      expect(listed).toEqual(names);
    }
  });

  test.each([
    ["service", "v1.Backrest", "v1/service.proto"],
    ["method", "v1.Backrest.GetOperations", "v1/service.proto"],
    ["message", "v1.Operation", "v1/operations.proto"],
    ["nested message", "v1sync.SyncStreamItem.SyncActionHandshake", "v1sync/syncservice.proto"],
    ["enum", "v1.OperationStatus", "v1/operations.proto"],
    ["enum value", "v1.STATUS_SUCCESS", "v1/operations.proto"],
    ["nested enum", "grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc/health/v1/health.proto"],
    ["value of a nested enum", "grpc.health.v1.HealthCheckResponse.SERVING", "grpc/health/v1/health.proto"],
    ["field", "v1.Operation.repo_guid", "v1/operations.proto"],
    ["oneof", "v1.Operation.op", "v1/operations.proto"],
    ["name of an import", "google.protobuf.Empty", "google/protobuf/empty.proto"],
  ])("REF2: a %s leads to the file that declares it", async (_kind, symbol, file) => {
    const { url } = await serve();
    const [answer] = await ask(url, { case: "fileContainingSymbol", value: symbol });
    expect(decode(filesOf(answer))[0]?.name).toBe(file);
  });

  test("REF3: a file comes with everything that it imports, enough to build the services again", async () => {
    const { url } = await serve();
    for (const service of SERVICES) {
      const [answer] = await ask(url, { case: "fileByFilename", value: service.file.proto.name });
      const file = decode(filesOf(answer)).toReversed();
      const rebuilt = createFileRegistry(create(FileDescriptorSetSchema, { file: importsFirst(file) }));
      expect(rebuilt.getService(service.typeName)?.methods.map((method) => method.toString())).toEqual(
        service.methods.map((method) => method.toString()),
      );
    }
  });

  test("REF4: imports come once a stream, the file that was asked for always", async () => {
    const { url } = await serve();
    const question = { case: "fileByFilename", value: "v1/service.proto" } as const;
    const [first, second] = await ask(url, question, question);
    expect(filesOf(first).length).toBeGreaterThan(3);
    expect(decode(filesOf(second)).map((file) => file.name)).toEqual(["v1/service.proto"]);
  });
});

describe("what is not there", () => {
  test.each([
    ["file", { case: "fileByFilename", value: "v2/service.proto" }],
    ["symbol", { case: "fileContainingSymbol", value: "v1.Backrest.Nothing" }],
    ["name from Object.prototype", { case: "fileContainingSymbol", value: "constructor" }],
    ["extension", { case: "fileContainingExtension", value: { containingType: "v1.Operation", extensionNumber: 7 } }],
    ["extended message", { case: "allExtensionNumbersOfType", value: "v1.Nothing" }],
  ] as const)("REF6: an unknown %s is answered with NOT_FOUND, and the stream goes on", async (_kind, question) => {
    const { url } = await serve();
    const [unknown, known] = await ask(url, question, { case: "fileContainingSymbol", value: "v1.Operation" });
    expect(unknown?.messageResponse).toMatchObject({ case: "errorResponse", value: { errorCode: Code.NotFound } });
    expect(unknown?.validHost).toBe("the-host");
    expect(unknown?.originalRequest).toEqual(request(question));
    expect(filesOf(known)).not.toHaveLength(0);
  });

  test("REF6: a request that asks for nothing is answered with INVALID_ARGUMENT", async () => {
    const { url } = await serve();
    const [answer] = await ask(url, { case: undefined });
    expect(answer?.messageResponse).toMatchObject({
      case: "errorResponse",
      value: { errorCode: Code.InvalidArgument },
    });
  });
});

describe("limits", () => {
  test("REF7: a request over the limit in bytes ends the stream", async () => {
    const { url } = await serve({ requestMaxBytes: 256 });
    const asking = ask(url, { case: "fileByFilename", value: "x".repeat(257) });
    await expect(asking).rejects.toMatchObject({ code: Code.ResourceExhausted });
  });

  test("REF7: requests beyond the limit in number end the stream, in words", async () => {
    const { url } = await serve({ requestsPerStream: 2 });
    const question = { case: "listServices", value: "" } as const;
    await expect(ask(url, question, question)).resolves.toHaveLength(2);
    const rawMessage: unknown = expect.stringContaining("open another one");
    const error = { code: Code.ResourceExhausted, rawMessage };
    await expect(ask(url, question, question, question)).rejects.toMatchObject(error);
  });

  test("REF8: a stream on which nothing is asked ends by itself", async () => {
    const { url } = await serve({ idleMs: 50 });
    const client = createClient(ServerReflection, createGrpcTransport({ baseUrl: url, idleConnectionTimeoutMs: 100 }));
    const silence = Promise.withResolvers<void>();
    async function* asking() {
      yield request({ case: "listServices", value: "" });
      await silence.promise;
    }
    const reading = (async () => {
      let answers = 0;
      try {
        for await (const answer of client.serverReflectionInfo(asking())) answers += answer.validHost === "" ? 0 : 1;
      } catch (error) {
        return { answers, code: ConnectError.from(error).code };
      }
      return { answers, code: undefined };
    })();
    await expect(reading).resolves.toEqual({ answers: 1, code: Code.DeadlineExceeded });
    await until("the stream is gone", () => server?.streams === 0);
    silence.resolve();
  });

  test("REF8: a stream whose client is gone is gone too", async () => {
    const running = await serve();
    const transport = createGrpcTransport({ baseUrl: running.url, idleConnectionTimeoutMs: 100 });
    const abort = new AbortController();
    const silence = Promise.withResolvers<void>();
    async function* asking() {
      yield request({ case: "listServices", value: "" });
      await silence.promise;
    }
    const stream = createClient(ServerReflection, transport).serverReflectionInfo(asking(), { signal: abort.signal });
    const answers = stream[Symbol.asyncIterator]();
    await answers.next();
    expect(running.streams).toBe(1);
    abort.abort();
    await expect(answers.next()).rejects.toMatchObject({ code: Code.Canceled });
    await until("the stream is gone", () => running.streams === 0);
    silence.resolve();
  });
});

/** In an order in which every file stands behind its imports. */
function importsFirst(files: readonly FileDescriptorProto[]): FileDescriptorProto[] {
  const ordered = new Map<string, FileDescriptorProto>();
  const visit = (file: FileDescriptorProto) => {
    for (const name of file.dependency) {
      const dependency = files.find((other) => other.name === name);
      if (dependency === undefined) throw new Error(`${file.name} imports ${name}, which was not sent`);
      if (!ordered.has(name)) visit(dependency);
    }
    ordered.set(file.name, file);
  };
  files.forEach(visit);
  return [...ordered.values()];
}
