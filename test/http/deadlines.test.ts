import type { Socket } from "node:net";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { expect, test } from "@jest/globals";
import { checkConfig } from "../../src/config.js";
import { DEFAULT_PORT_LIMITS } from "../../src/http/port-limits.js";
import { portLimits } from "../../src/hub/addresses.js";
import { expectServes, QUICK, type RunningPort, untilClosed, usePorts } from "./port-harness.js";
import {
  END_HEADERS,
  FRAME,
  frame,
  headerBlock,
  headersFrame,
  opening,
  PREFACE,
  requestHeaders,
  settingsFrame,
} from "./raw-http2.js";

const ports = usePorts();
const RPC = "/v1.Backrest/PathAutocomplete";
const TLS = { certFile: "test/data/tls/first.cert.pem", keyFile: "test/data/tls/first.key.pem" };
/** The beginning of a TLS record of 512 bytes with a ClientHello. */
const HALF_HELLO = Buffer.from("16030102000100 01fc0303".replaceAll(" ", ""), "hex");

/** What a connection sends and then falls silent. All must be closed by the deadline for a first request. */
const SILENCES: Record<string, (socket: Socket) => void> = {
  nothing: () => undefined,
  "half a TLS hello": (socket) => socket.write(HALF_HELLO),
  "half a preface": (socket) => socket.write(PREFACE.subarray(0, 10)),
  "a preface and no settings": (socket) => socket.write(PREFACE),
  "a preface and settings": (socket) => socket.write(opening()),
  "half headers over HTTP/1.1": (socket) => socket.write("GET /healthz HTTP/1.1\r\nHost: a\r\nX-"),
  "half headers over HTTP/2": (socket) =>
    socket.write(Buffer.concat([opening(), frame(FRAME.headers, 0, 1, headerBlock(requestHeaders(RPC)))])),
  "blank lines": (socket) => socket.write("\r\n\r\n\r\n"),
};

test.each(Object.keys(SILENCES))(
  "PORT6: a connection that sends %s and falls silent is closed in time",
  async (name) => {
    const port = await ports.start({ limits: QUICK, tls: TLS });
    const socket = await ports.dial(port);
    SILENCES[name]?.(socket);
    const { ms } = await untilClosed(socket, 4_000);
    expect(ms).toBeGreaterThan(100);
    await expectServes(port);
  },
);

/** What a connection sends bit by bit, for ever. */
const DRIPS: Record<string, { first: Buffer; again: (turn: number) => Buffer }> = {
  "a TLS hello": { first: HALF_HELLO, again: () => Buffer.of(0) },
  "headers over HTTP/1.1": {
    first: Buffer.from("GET /healthz HTTP/1.1\r\nHost: a\r\n"),
    again: (turn) => Buffer.from(`X-${turn}: v\r\n`),
  },
  "a request line": { first: Buffer.from("GET /"), again: () => Buffer.from("a") },
  "settings over HTTP/2": { first: opening(), again: () => settingsFrame() },
  "pings over HTTP/2": { first: opening(), again: () => frame(FRAME.ping, 0, 0, new Uint8Array(8)) },
  "continuations over HTTP/2": {
    first: Buffer.concat([opening(), frame(FRAME.headers, 0, 1, headerBlock(requestHeaders(RPC)))]),
    again: (turn) => frame(FRAME.continuation, 0, 1, headerBlock([[`x-${turn}`, "v"]])),
  },
};

test.each(Object.keys(DRIPS))("PORT6: a connection that drips %s is closed in time", async (name) => {
  const port = await ports.start({ limits: QUICK, tls: TLS });
  const socket = await ports.dial(port);
  await expectClosedWhileDripping(port, socket, DRIPS[name]);
});

/** Rpcs whose body never ends: half an envelope, half a body, over both protocols. */
const HALF_BODIES: Record<string, Buffer> = {
  "HTTP/1.1": Buffer.from(
    `POST ${RPC} HTTP/1.1\r\nHost: a\r\nContent-Type: application/proto\r\nContent-Length: 1000\r\n\r\n`,
  ),
  "HTTP/2": Buffer.concat([
    opening(),
    headersFrame(1, requestHeaders(RPC, [["content-type", "application/proto"]]), END_HEADERS),
  ]),
  "HTTP/2 on Sync": Buffer.concat([
    opening(),
    headersFrame(
      1,
      requestHeaders("/v1sync.BackrestSyncService/Sync", [["content-type", "application/connect+proto"]]),
      END_HEADERS,
    ),
  ]),
};

test.each(Object.keys(HALF_BODIES))(
  "PORT7: a stranger's rpc whose body never comes ends in time over %s",
  async (name) => {
    const port = await ports.start({ limits: { ...QUICK, idleMs: 200 } });
    const socket = await ports.dial(port);
    socket.write(HALF_BODIES[name] ?? "");
    const { text } = await untilClosed(socket, 6_000);
    expect(text).toContain("deadline_exceeded");
    await expectServes(port);
  },
);

test("PORT7: a peer whose first message is there may wait its turn to become known, but not for ever", async () => {
  const port = await ports.start({ limits: { ...QUICK, unknownBodyMs: 200, unknownPeerMs: 1_000, idleMs: 200 } });
  const socket = await ports.dial(port);
  socket.write(HALF_BODIES["HTTP/2 on Sync"] ?? "");
  socket.write(frame(FRAME.data, 0, 1, encodeEnvelope(0, Buffer.from([0x22, 0]))));
  const { text, ms } = await untilClosed(socket, 6_000);
  expect(ms).toBeGreaterThan(900);
  expect(text).toContain("deadline_exceeded");
});

test("PORT7: a plain request whose body never comes ends in time", async () => {
  const port = await ports.start({ limits: QUICK, fallback: async (request) => void (await request.toArray()) });
  const socket = await ports.dial(port);
  socket.write("POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nx");
  await untilClosed(socket, 4_000);
  await expectServes(port);
});

test("PORT8: without a setting it outlasts the 60 s after which a refused Backrest dials again, also one that is slow", () => {
  const config = checkConfig({ flags: {}, env: {}, home: "/home/ada", workingDirectory: "/srv" });
  expect(portLimits(config).idleMs).toBeGreaterThan(70_000);
  expect(DEFAULT_PORT_LIMITS.idleMs).toBe(portLimits(config).idleMs);
});

test("PORT8: a connection that had its answer and asks nothing more is closed when idle", async () => {
  const port = await ports.start({ limits: { ...QUICK, idleMs: 150 } });
  const keepAlive = await ports.dial(port);
  keepAlive.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  expect((await untilClosed(keepAlive, 4_000)).text).toMatch(/^HTTP\/1\.1 200 /);
  const session = ports.http2(port);
  const stream = session.request({ ":path": "/healthz" });
  stream.resume();
  await new Promise((resolve) => session.once("close", resolve));
  expect(port.refusals.get("idle")).toBe(2);
});

async function expectClosedWhileDripping(
  port: RunningPort,
  socket: Socket,
  drip: (typeof DRIPS)[string] | undefined,
): Promise<void> {
  if (drip === undefined) throw new Error("no such drip");
  socket.write(drip.first);
  let turn = 0;
  const dripping = setInterval(() => socket.write(drip.again(turn++)), 30);
  try {
    await untilClosed(socket, 4_000);
  } finally {
    clearInterval(dripping);
  }
  await expectServes(port);
}
