import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect as connectHttp2, type OutgoingHttpHeaders } from "node:http2";
import { connect as connectTls } from "node:tls";
import { describe, expect, test } from "@jest/globals";
import { collect, eventually, expectServes, type RunningPort, untilClosed, usePorts } from "./port-harness.js";
import { END_HEADERS, END_STREAM, headersFrame, opening, requestHeaders } from "./raw-http2.js";

const ports = usePorts();
const TLS = { certFile: "test/data/tls/first.cert.pem", keyFile: "test/data/tls/first.key.pem" };
const ca = readFileSync(TLS.certFile);

const RPC = "/v1.Backrest/PathAutocomplete";
const BAD_AUTHORITIES = [
  "[",
  "]",
  "a b",
  "x:99999",
  "x:1:2",
  "",
  "[::1",
  "[::g]",
  "a/b",
  "a@b",
  "999.1.1.1",
  "a%zz",
  "a\\b",
  "é",
];
const BAD_TARGETS = ["http://[/", "http://other.example/healthz", "*", "//[", "//other.example/", "/\\[", "healthz"];

describe.each(BAD_AUTHORITIES)("PORT4: the host %j", (authority) => {
  test("PORT4: is answered 400 with a sentence over HTTP/1.1, HTTP/2 and TLS", async () => {
    const port = await ports.start({ tls: TLS });
    const request = `POST ${RPC} HTTP/1.1\r\nHost: ${authority}\r\nConnection: close\r\n\r\n`;
    expect(await rawHttp1(port, request)).toMatch(/^HTTP\/1\.1 400 [\s\S]*(host|well-formed)/i);
    expect(await rawTls(port, request)).toMatch(/^HTTP\/1\.1 400 [\s\S]*(host|well-formed)/i);
    await expectHttp2Refusal(port, { ":authority": authority, ":path": RPC });
    await expectServes(port);
  });
});

describe.each(BAD_TARGETS)("PORT4: the target %j", (target) => {
  test("PORT4: is answered 400 with a sentence over HTTP/1.1 and HTTP/2", async () => {
    const port = await ports.start({ tls: TLS });
    const request = `GET ${target} HTTP/1.1\r\nHost: hub.test\r\nConnection: close\r\n\r\n`;
    expect(await rawHttp1(port, request)).toMatch(/^HTTP\/1\.1 400 [\s\S]*(path|well-formed)/);
    await expectHttp2Refusal(port, { ":authority": "hub.test", ":path": target });
    await expectServes(port);
  });
});

test("PORT4: HTTP/1.0 and HTTP/1.1 without a Host, and with two, are answered 400 with a sentence", async () => {
  const port = await ports.start();
  expect(await rawHttp1(port, `POST ${RPC} HTTP/1.0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 [\s\S]*Host header/);
  const none = `POST ${RPC} HTTP/1.1\r\nConnection: close\r\n\r\n`;
  expect(await rawHttp1(port, none)).toMatch(/^HTTP\/1\.1 400 [\s\S]*Host header/);
  const two = `GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n`;
  expect(await rawHttp1(port, two)).toMatch(/^HTTP\/1\.1 400 /);
  expect(await rawHttp1(port, `GET /healthz HTTP/1.0\r\nHost: a\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
  await expectServes(port);
});

test("PORT4: HTTP/2 without an authority is refused, and a Host in its place is checked alike", async () => {
  const port = await ports.start();
  const bare: [string, string][] = [
    [":method", "POST"],
    [":scheme", "http"],
    [":path", RPC],
  ];
  const socket = await ports.dial(port);
  const received = collect(socket);
  socket.write(Buffer.concat([opening(), headersFrame(1, bare, END_HEADERS | END_STREAM)]));
  socket.write(headersFrame(3, [...bare, ["host", "["]], END_HEADERS | END_STREAM));
  await eventually(() => received().includes("not a host name"));
  await expectServes(port);
});

test.each(["CONNECT hub.test:443 HTTP/1.1", "BREW / HTTP/1.1", "GET / HTTP/9.9", "\u0000\u0001\u0002\u0003", "GET"])(
  "PORT4: %j ends nothing but its own connection",
  async (line) => {
    const port = await ports.start();
    const answer = await rawHttp1(port, `${line}\r\nHost: hub.test\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    await expectServes(port);
  },
);

test("PORT4: odd HTTP/2 methods are refused, and CONNECT too", async () => {
  const port = await ports.start();
  const session = ports.http2(port);
  expect(await statusOf(session, { ":method": "BREW", ":path": RPC })).toBe(405);
  expect(await statusOf(session, { ":method": "CONNECT", ":authority": "hub.test:443" })).toBe(400);
  expect(await statusOf(session, { ":path": "/healthz", expect: "miracles" })).toBe(200);
  session.destroy();
  await expectServes(port);
});

test("PORT5: header names that mean something to JavaScript are only headers", async () => {
  const port = await ports.start();
  const names = ["__proto__", "constructor", "hasOwnProperty", "toString", "then"];
  const lines = names.map((name) => `${name}: polluted\r\n`).join("");
  const request = `GET /healthz HTTP/1.1\r\nHost: hub.test\r\n${lines}${lines}Connection: close\r\n\r\n`;
  expect(await rawHttp1(port, request)).toMatch(/^HTTP\/1\.1 200 /);
  const socket = await ports.dial(port);
  const fields = names.map((name): [string, string] => [name.toLowerCase(), "polluted"]);
  const more: [string, string][] = [["content-type", "application/proto"], ["te", "trailers"], ...fields];
  socket.write(Buffer.concat([opening(), headersFrame(1, requestHeaders(RPC, more), END_HEADERS | END_STREAM)]));
  await once(socket, "data");
  expect(Object.prototype).not.toHaveProperty("polluted");
  await expectServes(port);
});

test("PORT5: headers beyond the limit are refused in both protocols", async () => {
  const port = await ports.start();
  const many = Array.from({ length: 3_000 }, (_, index) => `x-${index}: ${"v".repeat(10)}\r\n`).join("");
  expect(await rawHttp1(port, `GET /healthz HTTP/1.1\r\nHost: a\r\n${many}\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  const session = ports.http2(port);
  const large = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`x-${index}`, "v".repeat(400)]));
  expect(await statusOf(session, { ":path": "/healthz", ...large }).catch(() => 431)).toBe(431);
  session.destroy();
  await expectServes(port);
});

async function rawHttp1(port: RunningPort, request: string): Promise<string> {
  const socket = await ports.dial(port);
  socket.write(request);
  return (await untilClosed(socket, 5_000)).text;
}

async function rawTls(port: RunningPort, request: string): Promise<string> {
  const socket = connectTls({ host: "127.0.0.1", port: port.number, ca, ALPNProtocols: ["http/1.1"] });
  socket.on("error", () => undefined);
  await once(socket, "secureConnect");
  socket.write(request);
  return (await untilClosed(socket, 5_000)).text;
}

/** Either our sentence, or nghttp2's own refusal of the stream. */
async function expectHttp2Refusal(port: RunningPort, headers: OutgoingHttpHeaders): Promise<void> {
  for (const origin of [`http://${port.authority}`, `https://localhost:${port.number}`]) {
    const session = connectHttp2(origin, { ca });
    session.on("error", () => undefined);
    const status = await statusOf(session, { ":method": "POST", ...headers }).catch(() => 0);
    expect([0, 400]).toContain(status);
    session.destroy();
  }
}

function statusOf(session: ReturnType<typeof connectHttp2>, headers: OutgoingHttpHeaders): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers, { endStream: headers[":method"] !== "CONNECT" });
    stream.once("response", (answer) => resolve(answer[":status"]));
    stream.once("error", reject);
    stream.once("close", () => reject(new Error("closed without an answer")));
    stream.resume();
  });
}
