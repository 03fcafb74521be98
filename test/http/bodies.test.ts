import { once } from "node:events";
import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { expect, test } from "@jest/globals";
import { Backrest } from "../../gen/v1/service_pb.js";
import { BackrestSyncService, type SyncStreamItem, SyncStreamItemSchema } from "../../gen/v1sync/syncservice_pb.js";
import { eventually, expectServes, usePorts } from "./port-harness.js";
import { TOKEN } from "./test-services.js";
import { closed } from "../support/closed.js";

const ports = usePorts();
const RPC = "/v1.Backrest/PathAutocomplete";
const SYNC = "/v1sync.BackrestSyncService/Sync";
const CONNECT_PROTO = { "content-type": "application/connect+proto" };
const HEARTBEAT = toBinary(
  SyncStreamItemSchema,
  create(SyncStreamItemSchema, { action: { case: "heartbeat", value: {} } }),
);

test("PORT14: an envelope that claims more than a stranger may send is refused before it came", async () => {
  const port = await ports.start();
  const stream = open(ports.http2(port), SYNC, CONNECT_PROTO);
  stream.write(Uint8Array.of(0, 0xff, 0xff, 0xff, 0xff));
  expect(await endOf(stream)).toMatch(/resource_exhausted.*4294967295 bytes is more than the 16384/);
  await expectServes(port);
});

test("PORT14: a stranger may send 16 KiB in all, however small its messages are", async () => {
  const port = await ports.start();
  const stream = open(ports.http2(port), SYNC, CONNECT_PROTO);
  stream.write(Buffer.concat(Array.from({ length: 3_000 }, () => encodeEnvelope(0, HEARTBEAT))));
  expect(await endOf(stream)).toContain("resource_exhausted");
});

test("PORT14: a known caller may send large messages, up to the limit", async () => {
  const port = await ports.start({ limits: { messageBytes: 1_000_000 } });
  const session = ports.http2(port);
  const stream = open(session, SYNC, { ...CONNECT_PROTO, authorization: TOKEN });
  const head = Buffer.from([0, 0, 0x0f, 0x42, 0x41]);
  stream.write(head);
  expect(await endOf(stream)).toMatch(/resource_exhausted.*1000001 bytes is more than the 1000000/);
  const client = createClient(
    Backrest,
    createConnectTransport({ baseUrl: `http://${port.authority}`, httpVersion: "1.1", nodeOptions: { agent: false } }),
  );
  const headers = { authorization: TOKEN };
  expect((await client.pathAutocomplete({ value: "v".repeat(900_000) }, { headers })).values[0]).toBe("900000");
  await expect(client.pathAutocomplete({ value: "v".repeat(1_100_000) }, { headers })).rejects.toMatchObject({
    code: Code.ResourceExhausted,
  });
  await expect(client.pathAutocomplete({ value: "v".repeat(20_000) })).rejects.toMatchObject({
    code: Code.ResourceExhausted,
  });
});

test("PORT14: a content length that lies about a message costs nothing", async () => {
  const port = await ports.start();
  const before = process.memoryUsage().arrayBuffers;
  const session = ports.http2(port);
  const headers = { "content-type": "application/proto", authorization: TOKEN, "content-length": "30000000" };
  const streams = Array.from({ length: 30 }, () => open(session, RPC, headers));
  for (const stream of streams) stream.write(Buffer.alloc(10));
  await delay(200);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
  for (const stream of streams) stream.close();
});

test("PORT13: a message in frames of one byte arrives whole", async () => {
  const port = await ports.start();
  const stream = open(ports.http2(port), SYNC, CONNECT_PROTO);
  const body = encodeEnvelope(0, toBinary(SyncStreamItemSchema, establish(1_665)));
  for (const byte of body) stream.write(Buffer.of(byte));
  stream.end();
  expect(Buffer.from(await endOf(stream), "latin1").byteLength).toBeGreaterThan(1_665);
});

test("PORT13: the bytes of a message may be transferred to a worker: nothing else lies in their memory", async () => {
  const sizes: number[] = [];
  const port = await ports.start({
    routes: (router) => {
      router.rpc(BackrestSyncService.method.sync, async function* sync(items) {
        for await (const item of items) {
          if (item.action.case !== "establishSharedSecret") continue;
          const { buffer } = item.action.value.kemPublicKey;
          sizes.push(buffer.byteLength, structuredClone(buffer, { transfer: [buffer as ArrayBuffer] }).byteLength);
          yield item;
        }
      });
    },
  });
  const message = toBinary(SyncStreamItemSchema, establish(1_000));
  const stream = open(ports.http2(port), SYNC, CONNECT_PROTO);
  stream.end(Buffer.concat([encodeEnvelope(0, message), encodeEnvelope(0, message)]));
  await endOf(stream);
  expect(sizes).toEqual([message.byteLength, message.byteLength, message.byteLength, message.byteLength]);
});

test("PORT13: a request that ends in the middle of a message is refused", async () => {
  const port = await ports.start();
  const stream = open(ports.http2(port), SYNC, CONNECT_PROTO);
  stream.end(Uint8Array.of(0, 0, 0, 0, 9, 1));
  expect(await endOf(stream)).toMatch(/invalid_argument.*middle of a message/);
});

test("PORT15: compressed requests are refused with words in every protocol, and responses are compressed", async () => {
  const port = await ports.start();
  const gzip = { "content-type": "application/proto", "content-encoding": "gzip" };
  const bomb = gzipSync(Buffer.alloc(4 * 1024 * 1024));
  const unary = open(ports.http2(port), RPC, { ...gzip, authorization: TOKEN });
  unary.end(bomb);
  expect(await endOf(unary)).toMatch(/unimplemented.*no compressed requests/);
  const streaming = open(ports.http2(port), SYNC, { ...CONNECT_PROTO, "connect-content-encoding": "gzip" });
  streaming.end(encodeEnvelope(1, bomb));
  expect(await endOf(streaming)).toMatch(/unimplemented.*no compressed requests/);
  const flagged = open(ports.http2(port), SYNC, CONNECT_PROTO);
  flagged.end(encodeEnvelope(1, bomb));
  expect(await endOf(flagged)).toMatch(/unimplemented.*no compressed requests/);
  const grpc = open(ports.http2(port), RPC, { "content-type": "application/grpc", "grpc-encoding": "br" });
  grpc.end(encodeEnvelope(1, bomb));
  const [trailers] = (await once(grpc, "trailers")) as [Record<string, string>];
  expect(trailers["grpc-status"]).toBe(`${Code.Unimplemented}`);
  const plain = open(ports.http2(port), "/v1.Backrest/GetLogs", {
    ...CONNECT_PROTO,
    "connect-accept-encoding": "gzip",
  });
  plain.end(encodeEnvelope(0, Uint8Array.of(10, 1, 0x31)));
  expect((await endOf(plain)).length).toBeLessThan(20_000);
});

test.each(["application/connect+json", "application/grpc+json", "application/grpc-web+json"])(
  "PORT16: %s on Sync is refused with words",
  async (contentType) => {
    const port = await ports.start();
    const stream = open(ports.http2(port), SYNC, { "content-type": contentType });
    let words = "";
    stream.on("trailers", (trailers) => (words += decodeURIComponent(String(trailers["grpc-message"]))));
    stream.end(encodeEnvelope(0, Buffer.from("{}")));
    const body = await endOf(stream);
    words += decodeURIComponent(body);
    expect(words).toMatch(/binary protobuf only/);
  },
);

test.each(["application/json", "text/plain", "application/x-www-form-urlencoded", "application/grpc-web-text", ""])(
  "PORT16: the content type %j on Sync is answered 415 with a sentence",
  async (contentType) => {
    const port = await ports.start();
    const stream = open(ports.http2(port), SYNC, { "content-type": contentType });
    const status = statusOf(stream);
    stream.end("{}");
    expect(await endOf(stream)).toMatch(/content type/);
    expect(await status).toBe(415);
  },
);

test("PORT16: Sync over HTTP/1.1 is answered 505 with a sentence at once", async () => {
  const port = await ports.start();
  const answer = await fetch(`http://${port.authority}${SYNC}`, { method: "POST", headers: CONNECT_PROTO, body: "x" });
  expect(answer.status).toBe(505);
  expect(await answer.text()).toMatch(/needs HTTP\/2/);
});

test("PORT17: what is refused for a large body says so to Connect, gRPC and gRPC-Web clients", async () => {
  const port = await ports.start();
  const options = { baseUrl: `http://${port.authority}`, httpVersion: "1.1", nodeOptions: { agent: false } } as const;
  const grpc = createGrpcTransport({ baseUrl: options.baseUrl, idleConnectionTimeoutMs: 100 });
  for (const transport of [createConnectTransport(options), createGrpcWebTransport(options), grpc]) {
    const error = await createClient(Backrest, transport)
      .pathAutocomplete({ value: "v".repeat(17_000) })
      .catch((reason: unknown) => ConnectError.from(reason));
    expect(error).toMatchObject({ code: Code.ResourceExhausted });
  }
  await eventually(() => port.connections === 0, 3_000);
});

function open(session: ClientHttp2Session, path: string, headers: Record<string, string>): ClientHttp2Stream {
  const stream = session.request({ ":method": "POST", ":path": path, ...headers });
  stream.on("error", () => undefined);
  return stream;
}

async function endOf(stream: ClientHttp2Stream): Promise<string> {
  const pieces: Buffer[] = [];
  stream.on("data", (piece: Buffer) => pieces.push(piece));
  await closed(stream, 6_000);
  return Buffer.concat(pieces).toString("latin1");
}

async function statusOf(stream: ClientHttp2Stream): Promise<unknown> {
  const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
  return headers[":status"];
}

function establish(keyBytes: number): SyncStreamItem {
  const value = { protocolVersion: 1, kemPublicKey: new Uint8Array(keyBytes) };
  return create(SyncStreamItemSchema, { action: { case: "establishSharedSecret", value } });
}
