import type { ClientHttp2Stream } from "node:http2";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { expect, test } from "@jest/globals";
import { FLOODS, flood } from "./floods.js";
import { collect, eventually, expectServes, type RunningPort, untilClosed, usePorts } from "./port-harness.js";
import { END_HEADERS, END_STREAM, FRAME, frame, headerBlock, opening, requestHeaders } from "./raw-http2.js";
import { TOKEN } from "./test-services.js";
import { closed } from "../support/closed.js";

const ports = usePorts();
const RPC = "/v1.Backrest/PathAutocomplete";
const SYNC = "/v1sync.BackrestSyncService/Sync";

test("PORT9: an address has so many connections and no more; another address is not held up", async () => {
  const port = await ports.start({ limits: { connectionsPerAddress: 8 } });
  const open = await Promise.all(Array.from({ length: 8 }, () => ports.dial(port, "127.0.0.2")));
  const ninth = await ports.dial(port, "127.0.0.2");
  await untilClosed(ninth, 5_000);
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
  await untilClosed(await ports.dial(port, "127.0.0.3"), 5_000);
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
  const calm = await percentile99(port, 500);
  const workerFile = new URL("./floods.js", import.meta.url);
  const worker = new Worker(workerFile, { workerData: { port: port.number } });
  try {
    await eventually(() => port.refusals.size > 0);
    // On a machine that is busy anyhow, waiting for it is no fault of the port's.
    expect(await percentile99(port, 3_000)).toBeLessThan(500 + 10 * calm);
  } finally {
    await worker.terminate();
  }
}, 20_000);

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
  const ended = untilClosed(socket, 4_000);
  await expectServes(port);
  await ended;
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  expect(received().byteLength).toBeLessThan(100_000);
});

test("PORT12: a known caller may open as many streams as it likes, and send its data in small pieces", async () => {
  const port = await ports.start({ limits: { unknownRequests: 50, idleBytes: 20_000, unknownPieces: 50 } });
  const session = ports.http2(port);
  const ask = (path: string, type: string): ClientHttp2Stream =>
    session.request({ ":method": "POST", ":path": path, "content-type": type, authorization: TOKEN });
  for (let batch = 0; batch < 20; batch++) {
    const streams = Array.from({ length: 10 }, () => ask(RPC, "application/proto").end().resume());
    await Promise.all(streams.map((stream) => closed(stream)));
  }
  const sync = ask(SYNC, "application/connect+proto");
  for (let piece = 0; piece < 4_000; piece++) sync.write(Buffer.of(0));
  sync.end();
  let bytes = 0;
  for await (const chunk of sync as AsyncIterable<Buffer>) bytes += chunk.byteLength;
  expect(bytes).toBeGreaterThanOrEqual(4_000);
  expect(session.destroyed).toBe(false);
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
