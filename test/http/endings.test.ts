import { once } from "node:events";
import type { ClientHttp2Stream } from "node:http2";
import { setTimeout as delay } from "node:timers/promises";
import { create, toBinary } from "@bufbuild/protobuf";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { expect, test } from "@jest/globals";
import { StringValueSchema } from "../../gen/types/value_pb.js";
import { LogDataRequestSchema } from "../../gen/v1/service_pb.js";
import type { RequestConnection } from "../../src/request-context.js";
import { collect, eventually, expectServes, usePorts } from "./port-harness.js";
import { END_HEADERS, END_STREAM, FRAME, frame, headersFrame, opening, requestHeaders } from "./raw-http2.js";
import { connectionOf, finalised, testGate } from "./test-services.js";
import { closed } from "../support/closed.js";

const ports = usePorts();
const WATCH = "/v1.Backrest/GetOperationEvents";
const LOGS = "/v1.Backrest/GetLogs";
const HEADERS = { ":method": "POST", "content-type": "application/connect+proto" };
const EMPTY = encodeEnvelope(0, new Uint8Array());
const EMPTY_TEXT = "\0".repeat(5);

test("PORT24: a drain lets open streams end, takes nothing new, and tells HTTP/2 with a GOAWAY", async () => {
  const port = await ports.start();
  const session = ports.http2(port);
  const watch = session.request({ ...HEADERS, ":path": WATCH });
  watch.on("error", () => undefined);
  watch.end(EMPTY);
  await once(watch, "data");
  const idle = await ports.dial(port);
  idle.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  await once(idle, "data");
  const goaway = once(session, "goaway");
  const idleClosed = closed(idle);
  let drained = false;
  const draining = port.drain(5_000).finally(() => {
    drained = true;
  });
  expect((await goaway)[0]).toBe(0);
  await idleClosed;
  await expect(fetch(`http://${port.authority}/healthz`)).rejects.toThrow();
  await delay(100);
  expect(drained).toBe(false);
  watch.close();
  await draining;
  expect(port.connections).toBe(0);
});

test("PORT24: a drain lets an HTTP/1.1 answer end and then closes its connection", async () => {
  let answer = (): void => undefined;
  const port = await ports.start({ fallback: (_request, response) => void (answer = () => void response.end("late")) });
  const socket = await ports.dial(port);
  let text = "";
  socket.on("data", (piece) => (text += String(piece)));
  socket.write("GET /late HTTP/1.1\r\nHost: a\r\n\r\n");
  await delay(50);
  const draining = port.drain(5_000);
  await delay(50);
  answer();
  await draining;
  await eventually(() => text.includes("late"));
});

test("PORT24: a drain ends in time, and a close ends what is left", async () => {
  const port = await ports.start();
  const watch = ports.http2(port).request({ ...HEADERS, ":path": WATCH });
  watch.on("error", () => undefined);
  watch.end(EMPTY);
  await once(watch, "data");
  const silent = await ports.dial(port);
  const began = Date.now();
  await port.drain(100);
  expect(Date.now() - began).toBeLessThan(1_000);
  expect(port.connections).toBeGreaterThan(0);
  await Promise.all([port.close(), port.close()]);
  expect(port.connections).toBe(0);
  await eventually(() => silent.destroyed && watch.destroyed);
});

test("PORT25: a caller that stops reading its response is cut, and the handler is told", async () => {
  const port = await ports.start({ limits: { unreadResponseMs: 300, sniffMs: 1_000 } });
  finalised.length = 0;
  const stream = ports.http2(port).request({ ...HEADERS, ":path": LOGS });
  stream.on("error", () => undefined);
  stream.end(encodeEnvelope(0, toBinary(LogDataRequestSchema, create(LogDataRequestSchema, { ref: "200" }))));
  await once(stream, "response");
  await eventually(() => stream.destroyed, 3_000);
  expect(stream.rstCode).toBe(11);
  await eventually(() => finalised.includes("getLogs"));
  const socket = await ports.dial(port);
  socket.pause();
  const query = "message=CgMyMDA&encoding=proto&base64=1";
  socket.write(
    `POST ${LOGS}?${query} HTTP/1.1\r\nHost: a\r\nContent-Type: application/connect+proto\r\nContent-Length: 10\r\n\r\n`,
  );
  socket.write(encodeEnvelope(0, toBinary(LogDataRequestSchema, create(LogDataRequestSchema, { ref: "200" }))));
  await eventually(() => port.connections === 1, 5_000);
  await expectServes(port);
});

test("PORT25: a caller that takes nothing of a plain or a small answer is cut too", async () => {
  const port = await ports.start({
    limits: { unreadResponseMs: 300, sniffMs: 1_000, idleMs: 300 },
    fallback: (_request, response) => void response.end(Buffer.alloc(20_000)),
  });
  const socket = await ports.dial(port);
  const received = collect(socket);
  // Windows of no byte at all: everything has to wait.
  socket.write(Buffer.concat([opening([4, 0]), headersFrame(1, requestHeaders("/file"), END_HEADERS | END_STREAM)]));
  const fields: [string, string][] = [["content-type", "application/connect+proto"]];
  socket.write(headersFrame(3, requestHeaders(WATCH, fields)));
  socket.write(frame(FRAME.data, END_STREAM, 3, EMPTY));
  const calm = (stream: number): Buffer => frame(FRAME.reset, 0, stream, Buffer.of(0, 0, 0, 11));
  await eventually(() => received().includes(calm(1)) && received().includes(calm(3)));
});

test("PORT25: a caller that reads slowly but reads is not cut", async () => {
  const port = await ports.start({ limits: { unreadResponseMs: 300, sniffMs: 1_000 } });
  const stream = ports.http2(port).request({ ...HEADERS, ":path": LOGS });
  stream.end(encodeEnvelope(0, toBinary(LogDataRequestSchema, create(LogDataRequestSchema, { ref: "1" }))));
  let bytes = 0;
  for await (const piece of stream as AsyncIterable<Buffer>) {
    bytes += piece.byteLength;
    await delay(30);
  }
  expect(bytes).toBeGreaterThan(1024 * 1024);
});

test("PORT26: handlers end when their caller leaves, also in the middle of a blocked response", async () => {
  const port = await ports.start();
  finalised.length = 0;
  const session = ports.http2(port);
  const watch = session.request({ ...HEADERS, ":path": WATCH });
  watch.on("error", () => undefined);
  watch.end(EMPTY);
  await once(watch, "data");
  watch.close(8);
  const logs = session.request({ ...HEADERS, ":path": LOGS });
  logs.on("error", () => undefined);
  logs.end(encodeEnvelope(0, toBinary(LogDataRequestSchema, create(LogDataRequestSchema, { ref: "200" }))));
  await once(logs, "response");
  await delay(100);
  logs.close(8);
  await eventually(() => finalised.includes("getLogs") && finalised.includes("getOperationEvents"));
});

test("PORT27: a ping proves the transport; asked for at once by many streams it is one ping", async () => {
  const { port, connections } = await startSeen();
  const session = ports.http2(port);
  let pings = 0;
  session.on("ping", () => pings++);
  const streams = [watchOn(session), watchOn(session)];
  await Promise.all(streams.map((stream) => once(stream, "data")));
  await Promise.all(connections.flatMap((connection) => [connection.ping(1_000), connection.ping(1_000)]));
  expect(pings).toBe(1);
  await Promise.all(connections.map((connection) => connection.ping(1_000)));
  expect(pings).toBe(2);
  session.destroy();
  await eventually(() => port.connections === 0);
  await expect(connections[0]?.ping(1_000)).rejects.toThrow("gone");
});

test("PORT27: a ping that a frozen peer does not answer fails in time", async () => {
  const { port, connections } = await startSeen();
  const frozen = await ports.dial(port);
  const fields: [string, string][] = [["content-type", "application/connect+proto"]];
  const body = frame(FRAME.data, END_STREAM, 1, EMPTY);
  frozen.write(Buffer.concat([opening(), headersFrame(1, requestHeaders(WATCH, fields)), body]));
  await eventually(() => connections.length > 0);
  await expect(connections[0]?.ping(50)).rejects.toThrow("no answer to a ping within 50 ms");
  await expect(connections[0]?.ping(50)).rejects.toThrow("no answer to a ping within 50 ms");
});

test("PORT28: a cut ends one stream and leaves the others of its connection", async () => {
  const { port, connections } = await startSeen();
  const session = ports.http2(port);
  const [first, second] = [watchOn(session), watchOn(session)];
  await Promise.all([once(first, "data"), once(second, "data")]);
  connections[0]?.cut();
  await closed(first);
  expect(first.rstCode).toBe(8);
  await delay(50);
  expect(second.destroyed).toBe(false);
  expect(port.connections).toBe(1);
});

test("PORT29: what a handler or a plain route throws is answered and goes no further", async () => {
  const port = await ports.start({
    requestGate: () => {
      throw new TypeError("a secret of the hub's");
    },
    fallback: () => {
      throw new Error("a secret of the hub's");
    },
  });
  const plain = await fetch(`http://${port.authority}/x`, { headers: { connection: "close" } });
  expect([plain.status, await plain.text()]).toEqual([500, expect.not.stringContaining("secret")]);
  const body = toBinary(StringValueSchema, create(StringValueSchema, { value: "x" }));
  const headers = { connection: "close", "content-type": "application/proto" };
  const rpc = await fetch(`http://${port.authority}/v1.Backrest/PathAutocomplete`, { method: "POST", headers, body });
  expect([rpc.status, await rpc.text()]).toEqual([500, expect.not.stringContaining("secret")]);
  await expectServes(port);
});

async function startSeen() {
  const connections: RequestConnection[] = [];
  const port = await ports.start({
    requestGate: (context) => {
      testGate(context);
      connections.push(connectionOf(context));
    },
  });
  return { port, connections };
}

function watchOn(session: ReturnType<typeof ports.http2>): ClientHttp2Stream {
  const stream = session.request({ ...HEADERS, ":path": WATCH });
  stream.on("error", () => undefined);
  stream.end(EMPTY);
  return stream;
}

test.each([
  [
    "while it is answered",
    `POST ${WATCH} HTTP/1.1\r\nHost: a\r\nContent-Type: application/connect+proto\r\nContent-Length: 5\r\n\r\n${EMPTY_TEXT}`,
  ],
  [
    "before it is whole",
    `POST ${WATCH} HTTP/1.1\r\nHost: a\r\nContent-Type: application/connect+proto\r\nContent-Length: 5\r\n\r\n`,
  ],
])("CONN12: HTTP/1.1 that is reset %s is HTTP all the same", async (_when, request) => {
  const port = await ports.start();
  const socket = await ports.dial(port);
  socket.write(request);
  await delay(100);
  socket.resetAndDestroy();
  await eventually(() => port.connections === 0);
  expect(Object.fromEntries(port.refusals)).toEqual({});
});
