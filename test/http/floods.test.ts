import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { expect, test } from "@jest/globals";
import { FLOODS, flood } from "./floods.js";
import { collect, eventually, expectServes, type RunningPort, untilClosed, usePorts } from "./port-harness.js";
import {
  END_HEADERS,
  END_STREAM,
  FRAME,
  frame,
  headerBlock,
  headersFrame,
  opening,
  requestHeaders,
} from "./raw-http2.js";
import { TOKEN } from "./test-services.js";

const ports = usePorts();
const RPC = "/v1.Backrest/PathAutocomplete";
const SYNC = "/v1sync.BackrestSyncService/Sync";
const PROTO: [string, string] = ["content-type", "application/connect+proto"];

test("PORT9: an address has so many connections and no more; another address is not held up", async () => {
  const port = await ports.start({ limits: { connectionsPerAddress: 8 } });
  const open = await Promise.all(Array.from({ length: 8 }, () => ports.dial(port, "127.0.0.2")));
  const ninth = await ports.dial(port, "127.0.0.2");
  await untilClosed(ninth, 1_000);
  expect(port.refusals.get("too many connections")).toBe(1);
  await expectServes(port);
  open[0]?.destroy();
  await eventually(() => port.connections === 7);
  const again = await ports.dial(port, "127.0.0.2");
  await delay(50);
  expect(again.destroyed).toBe(false);
});

test("PORT9: a trusted proxy may have more connections", async () => {
  const limits = { connectionsPerAddress: 2, trustedProxyFactor: 4 };
  const port = await ports.start({ limits, trustedProxies: ["127.0.0.3"] });
  const open = await Promise.all(Array.from({ length: 8 }, () => ports.dial(port, "127.0.0.3")));
  await delay(50);
  expect(open.filter((socket) => socket.destroyed)).toHaveLength(0);
  await untilClosed(await ports.dial(port, "127.0.0.3"), 1_000);
});

test.each(Object.keys(FLOODS))(
  "PORT10: a flood of %s ends its own connection only",
  async (name) => {
    const kind = FLOODS[name];
    if (kind === undefined) throw new Error("no such flood");
    const port = await ports.start();
    const ended = flood(port.number, kind);
    await expectServes(port);
    await ended;
    await expectServes(port);
  },
  5_000,
);

test("PORT10: floods of all kinds at once, each again and again, do not keep another client waiting", async () => {
  const port = await ports.start();
  const workerFile = new URL("./floods.js", import.meta.url);
  const worker = new Worker(workerFile, { workerData: { port: port.number } });
  try {
    await eventually(() => port.refusals.size > 0);
    expect(await percentile99(port, 3_000)).toBeLessThan(500);
  } finally {
    await worker.terminate();
  }
}, 10_000);

test("PORT11: small compressed headers that unfold to large ones, with a window that stays shut, cost little", async () => {
  const port = await ports.start();
  const socket = await ports.dial(port);
  const received = collect(socket);
  // A field of 4,000 bytes goes into the table once; each reference to it afterwards is one byte.
  const planted = Buffer.concat([
    headerBlock(requestHeaders(RPC)),
    Buffer.from([0x40, 1]),
    Buffer.from("x"),
    Buffer.from([127, 0xa1, 0x1e]),
    Buffer.alloc(4_000, "v"),
  ]);
  const bomb = Buffer.concat([headerBlock(requestHeaders(RPC)), Buffer.alloc(8_000, 0xbe)]);
  socket.write(opening([4, 0]));
  socket.write(frame(FRAME.headers, END_HEADERS | END_STREAM, 1, planted));
  for (let stream = 3; stream < 400; stream += 2) {
    socket.write(frame(FRAME.headers, END_HEADERS | END_STREAM, stream, bomb));
  }
  const before = process.memoryUsage().rss;
  const closed = untilClosed(socket, 4_000);
  await expectServes(port);
  await closed;
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  expect(received().byteLength).toBeLessThan(100_000);
});

test("PORT12: a known caller may open as many streams as it likes, and send its data in small pieces", async () => {
  const port = await ports.start({ limits: { unknownRequests: 50, idleBytes: 20_000 } });
  const socket = await ports.dial(port);
  socket.resume();
  socket.write(opening());
  const known: [string, string][] = [
    ["content-type", "application/proto"],
    ["authorization", TOKEN],
  ];
  for (let stream = 1; stream < 400; stream += 2) {
    socket.write(headersFrame(stream, requestHeaders(RPC, known), END_HEADERS | END_STREAM));
    if (stream % 40 === 1) await delay(20);
  }
  const sync = requestHeaders(SYNC, [PROTO, ["authorization", TOKEN]]);
  socket.write(headersFrame(401, sync, END_HEADERS));
  await delay(50);
  socket.write(Buffer.concat(Array.from({ length: 4_000 }, () => frame(FRAME.data, 0, 401, Buffer.of(0)))));
  await delay(600);
  expect(socket.destroyed).toBe(false);
  expect(port.refusals.size).toBe(0);
});

/** The 99th percentile of the time another client waits, asking one after another. */
async function percentile99(port: RunningPort, forMs: number): Promise<number> {
  const end = performance.now() + forMs;
  const waits: number[] = [];
  while (performance.now() < end) {
    const began = performance.now();
    await expectServes(port);
    waits.push(performance.now() - began);
  }
  return waits.toSorted((left, right) => left - right)[Math.floor(waits.length * 0.99)] ?? Number.POSITIVE_INFINITY;
}
