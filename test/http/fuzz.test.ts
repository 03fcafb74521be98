import { once } from "node:events";
import { connect } from "node:net";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { expect, test } from "@jest/globals";
import { array, assert as assertProperty, asyncProperty, constantFrom, integer, nat, record } from "fast-check";
import { expectServes, type RunningPort, usePorts } from "./port-harness.js";
import { END_HEADERS, END_STREAM, FRAME, frame, headersFrame, opening, requestHeaders } from "./raw-http2.js";

const ports = usePorts();
const SYNC = "/v1sync.BackrestSyncService/Sync";
const TLS = { certFile: "test/data/tls/first.cert.pem", keyFile: "test/data/tls/first.key.pem" };

const SEEDS: Buffer[] = [
  Buffer.from("GET /healthz HTTP/1.1\r\nHost: hub.test\r\n\r\nGET /healthz HTTP/1.1\r\nHost: hub.test\r\n\r\n"),
  Buffer.from(
    "POST /v1.Backrest/PathAutocomplete HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
  ),
  Buffer.from(
    "POST /v1.Backrest/PathAutocomplete HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
  ),
  Buffer.concat([
    opening([1, 4096], [4, 65_535]),
    headersFrame(1, requestHeaders(SYNC, [["content-type", "application/connect+proto"]]), END_HEADERS),
    frame(FRAME.data, 0, 1, encodeEnvelope(0, Buffer.from([0x1a, 0x02, 0x08, 0x01]))),
    frame(FRAME.ping, 0, 0, new Uint8Array(8)),
    frame(FRAME.data, END_STREAM, 1, encodeEnvelope(0, Buffer.from([0x22, 0x00]))),
  ]),
  Buffer.concat([
    opening(),
    headersFrame(1, requestHeaders("/healthz"), END_HEADERS | END_STREAM),
    headersFrame(3, requestHeaders("/v1.Backrest/GetOperationEvents", [["content-type", "application/grpc"]])),
    frame(FRAME.data, END_STREAM, 3, encodeEnvelope(0, new Uint8Array())),
    frame(FRAME.reset, 0, 3, Buffer.of(0, 0, 0, 8)),
  ]),
  Buffer.from("160301000501000001fc0303", "hex"),
];

test("PORT31: whatever bytes come, the port goes on, and forgets the connections they came on", async () => {
  const port = await ports.start({ tls: TLS, limits: { connectionsPerAddress: 256 } });
  const failures: unknown[] = [];
  const note = (error: unknown): void => void failures.push(error);
  process.on("uncaughtException", note).on("unhandledRejection", note);
  try {
    const change = record({
      at: nat(),
      value: integer({ min: 0, max: 255 }),
      kind: constantFrom("set", "insert", "cut", "repeat"),
    });
    const opened = asyncProperty(constantFrom(...SEEDS), array(change, { maxLength: 6 }), async (seed, changes) => {
      await send(port, changes.reduce(changed, seed));
    });
    await assertProperty(opened, { numRuns: 600 });
  } finally {
    process.off("uncaughtException", note).off("unhandledRejection", note);
  }
  expect(failures).toEqual([]);
  expect(port.lines.filter((line) => line.includes("failed in the port"))).toEqual([]);
  await expectServes(port);
});

function changed(bytes: Buffer, { at, value, kind }: { at: number; value: number; kind: string }): Buffer {
  const place = bytes.byteLength === 0 ? 0 : at % bytes.byteLength;
  const [head, tail] = [bytes.subarray(0, place), bytes.subarray(place)];
  if (kind === "insert") return Buffer.concat([head, Buffer.of(value), tail]);
  if (kind === "cut") return Buffer.concat([head, tail.subarray(value % 16)]);
  if (kind === "repeat") return Buffer.concat([head, tail, tail]);
  return Buffer.concat([head, Buffer.of(value), tail.subarray(1)]);
}

async function send(port: RunningPort, bytes: Buffer): Promise<void> {
  const socket = connect({ host: "127.0.0.1", port: port.number });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.resume();
  socket.write(bytes);
  await new Promise((resolve) => setTimeout(resolve, 2));
  socket.destroy();
}
