import { readFileSync } from "node:fs";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { get as getHttps } from "node:https";
import { connect as connectTls } from "node:tls";
import { create } from "@bufbuild/protobuf";
import { createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from "@connectrpc/connect-node";
import { describe, expect, test } from "@jest/globals";
import { Backrest } from "../../gen/v1/service_pb.js";
import { BackrestSyncService, type SyncStreamItem, SyncStreamItemSchema } from "../../gen/v1sync/syncservice_pb.js";
import { type RunningPort, usePorts } from "./port-harness.js";

const ports = usePorts();
const FIRST = { certFile: "test/data/tls/first.cert.pem", keyFile: "test/data/tls/first.key.pem" };
const ca = readFileSync(FIRST.certFile);

interface Kind {
  readonly name: string;
  readonly bidi: boolean;
  transport(port: RunningPort, sessions: Http2SessionManager): Transport;
}

const KINDS: Kind[] = [
  {
    name: "Connect over HTTP/1.1",
    bidi: false,
    transport: (port) =>
      createConnectTransport({
        baseUrl: `http://${port.authority}`,
        httpVersion: "1.1",
        nodeOptions: { agent: false },
      }),
  },
  {
    name: "Connect over HTTP/2",
    bidi: true,
    transport: (port, sessionManager) =>
      createConnectTransport({ baseUrl: `http://${port.authority}`, httpVersion: "2", sessionManager }),
  },
  {
    name: "gRPC over HTTP/2",
    bidi: true,
    transport: (port, sessionManager) => createGrpcTransport({ baseUrl: `http://${port.authority}`, sessionManager }),
  },
  {
    name: "gRPC-Web over HTTP/2",
    bidi: true,
    transport: (port, sessionManager) =>
      createGrpcWebTransport({ baseUrl: `http://${port.authority}`, httpVersion: "2", sessionManager }),
  },
  {
    name: "gRPC-Web over HTTP/1.1",
    bidi: false,
    transport: (port) =>
      createGrpcWebTransport({
        baseUrl: `http://${port.authority}`,
        httpVersion: "1.1",
        nodeOptions: { agent: false },
      }),
  },
];

describe.each(KINDS)("PORT1: one port serves $name", (kind) => {
  test("PORT1: a unary rpc, a response stream and, over HTTP/2, talk both ways", async () => {
    const port = await ports.start();
    const sessions = new Http2SessionManager(`http://${port.authority}`);
    try {
      const transport = kind.transport(port, sessions);
      const backrest = createClient(Backrest, transport);
      const { values } = await backrest.pathAutocomplete({ value: "hello" });
      expect(values.slice(0, 4)).toEqual(["5", "127.0.0.1", "false", "true"]);
      let bytes = 0;
      for await (const { value } of backrest.getLogs({ ref: "2" })) bytes += value.byteLength;
      expect(bytes).toBe(2 * 1024 * 1024);
      if (kind.bidi) expect(await echo(transport)).toEqual(["handshake", "heartbeat"]);
    } finally {
      sessions.abort();
    }
  });
});

test.each([
  ["application/connect+proto", "/v1.Backrest/GetLogs", "no"],
  ["application/grpc-web+proto", "/v1.Backrest/GetLogs", "no"],
  ["application/proto", "/v1.Backrest/PathAutocomplete", null],
])("PORT32: %s over HTTP/1.1 asks proxies not to hold back what comes in messages", async (type, path, expected) => {
  const port = await ports.start();
  const body = expected === null ? new Uint8Array() : new Uint8Array(5);
  const headers = { "content-type": type, "connect-protocol-version": "1", connection: "close" };
  const answer = await fetch(`http://${port.authority}${path}`, { method: "POST", headers, body });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, type]);
  expect(answer.headers.get("x-accel-buffering")).toBe(expected);
  await answer.arrayBuffer();
});

test("PORT1: HTTP/1.1 and HTTP/2 are served side by side on the same port, over IPv6 too", async () => {
  const port = await ports.start({ host: "::1" });
  const session = connectHttp2(`http://[::1]:${port.number}`);
  try {
    const [plain, status] = await Promise.all([
      fetch(`http://[::1]:${port.number}/healthz`, { headers: { connection: "close" } }).then((answer) =>
        answer.text(),
      ),
      statusOf(session, "/healthz"),
    ]);
    expect(plain).toBe("ok\n");
    expect(status).toBe(200);
  } finally {
    session.destroy();
  }
});

test("PORT2: TLS serves h2 and http/1.1 as ALPN chooses, and clear text goes on beside it", async () => {
  const port = await ports.start({ tls: FIRST });
  const session = connectHttp2(`https://localhost:${port.number}`, { ca });
  try {
    expect(await statusOf(session, "/healthz")).toBe(200);
    expect(session.alpnProtocol).toBe("h2");
  } finally {
    session.destroy();
  }
  const body = await new Promise<string>((resolve, reject) => {
    const options = { ca, agent: false, ALPNProtocols: ["http/1.1"] };
    getHttps(`https://localhost:${port.number}/healthz`, options, (answer) => {
      answer.setEncoding("utf8").once("data", resolve);
    }).on("error", reject);
  });
  expect(body).toBe("ok\n");
  const sessionManager = new Http2SessionManager(`https://localhost:${port.number}`, undefined, { ca });
  try {
    const transport = createConnectTransport({
      baseUrl: `https://localhost:${port.number}`,
      httpVersion: "2",
      sessionManager,
    });
    const { values } = await createClient(Backrest, transport).pathAutocomplete({ value: "x" });
    expect(values[2]).toBe("true");
    expect(await echo(transport)).toEqual(["handshake", "heartbeat"]);
  } finally {
    sessionManager.abort();
  }
  const clear = await fetch(`http://${port.authority}/healthz`, { headers: { connection: "close" } });
  expect(await clear.text()).toBe("ok\n");
});

test("PORT2: TLS without a certificate is refused, and the port goes on", async () => {
  const port = await ports.start();
  const socket = connectTls({ host: "127.0.0.1", port: port.number, ca });
  const failed = await new Promise<boolean>((resolve) => {
    socket.once("error", () => resolve(true)).once("secureConnect", () => resolve(false));
  });
  expect(failed).toBe(true);
  expect((await fetch(`http://${port.authority}/healthz`, { headers: { connection: "close" } })).status).toBe(200);
});

test("PORT3: an address that cannot be bound is refused with words", async () => {
  const port = await ports.start();
  await expect(ports.start({ port: port.number })).rejects.toThrow(/another program uses it/);
});

async function echo(transport: Transport): Promise<(string | undefined)[]> {
  const cases: (string | undefined)[] = [];
  for await (const item of createClient(BackrestSyncService, transport).sync(twoItems())) cases.push(item.action.case);
  return cases;
}

async function* twoItems(): AsyncGenerator<SyncStreamItem> {
  yield create(SyncStreamItemSchema, { action: { case: "handshake", value: { protocolVersion: 1n } } });
  yield create(SyncStreamItemSchema, { action: { case: "heartbeat", value: {} } });
}

function statusOf(session: ClientHttp2Session, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":path": path });
    stream.once("response", (headers) => resolve(headers[":status"]));
    stream.once("error", reject);
    stream.resume();
  });
}
