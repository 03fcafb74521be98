import { connect, type Socket } from "node:net";
import { isMainThread, workerData } from "node:worker_threads";
import {
  END_HEADERS,
  END_STREAM,
  FRAME,
  frame,
  headerBlock,
  headersFrame,
  opening,
  requestHeaders,
  settingsFrame,
} from "./raw-http2.js";

const RPC = "/v1.Backrest/PathAutocomplete";
const WATCH = "/v1.Backrest/GetOperationEvents";
const SYNC = "/v1sync.BackrestSyncService/Sync";
const PROTO: [string, string] = ["content-type", "application/connect+proto"];
const BATCH_BYTES = 64 * 1024;

export interface Flood {
  readonly first?: Buffer;
  again(turn: number): Buffer;
}

/** Frames that a stranger sends as fast as the hub takes them. Each flood must end with its own connection only. */
export const FLOODS: Record<string, Flood> = {
  "streams that it resets at once": {
    again: (turn) =>
      Buffer.concat([
        headersFrame(turn * 2 + 1, requestHeaders(WATCH, [PROTO]), END_HEADERS),
        frame(FRAME.reset, 0, turn * 2 + 1, Buffer.of(0, 0, 0, 8)),
      ]),
  },
  "streams that make the hub reset them": {
    again: (turn) =>
      Buffer.concat([
        headersFrame(turn * 2 + 1, requestHeaders(WATCH, [PROTO]), END_HEADERS),
        // An increment of nothing is a stream error (RFC 9113, section 6.9).
        frame(FRAME.windowUpdate, 0, turn * 2 + 1, Buffer.alloc(4)),
      ]),
  },
  "streams that overflow their own window": {
    again: (turn) =>
      Buffer.concat([
        headersFrame(turn * 2 + 1, requestHeaders(WATCH, [PROTO]), END_HEADERS),
        frame(FRAME.windowUpdate, 0, turn * 2 + 1, Buffer.of(0x7f, 0xff, 0xff, 0xff)),
      ]),
  },
  "requests without a token": {
    again: (turn) => headersFrame(turn * 2 + 1, requestHeaders("/healthz"), END_HEADERS | END_STREAM),
  },
  "requests for what is not there": {
    again: (turn) => headersFrame(turn * 2 + 1, requestHeaders("/nothing"), END_HEADERS | END_STREAM),
  },
  "empty data": {
    first: headersFrame(1, requestHeaders(SYNC, [PROTO]), END_HEADERS),
    again: () => frame(FRAME.data, 0, 1),
  },
  padding: {
    first: headersFrame(1, requestHeaders(SYNC, [PROTO]), END_HEADERS),
    again: () => frame(FRAME.data, 8, 1, Buffer.concat([Buffer.of(255), Buffer.alloc(255)])),
  },
  "one byte of data at a time": {
    first: headersFrame(1, requestHeaders(SYNC, [PROTO]), END_HEADERS),
    again: () => frame(FRAME.data, 0, 1, Buffer.of(0)),
  },
  continuations: {
    first: frame(FRAME.headers, 0, 1, headerBlock(requestHeaders(RPC))),
    again: (turn) => frame(FRAME.continuation, 0, 1, headerBlock([[`x-${turn}`, "v"]])),
  },
  "empty continuations": {
    first: frame(FRAME.headers, 0, 1, headerBlock(requestHeaders(RPC))),
    again: () => frame(FRAME.continuation, 0, 1),
  },
  pings: { again: () => frame(FRAME.ping, 0, 0, new Uint8Array(8)) },
  "answers to pings": { again: () => frame(FRAME.ping, 1, 0, new Uint8Array(8)) },
  settings: { again: () => settingsFrame([3, 100]) },
  "settings that change its windows": { again: (turn) => settingsFrame([4, turn % 2 === 0 ? 1 : 65_535]) },
  "unknown frames": { again: () => frame(FRAME.unknown, 0, 0, new Uint8Array(64)) },
  priorities: { again: (turn) => frame(FRAME.priority, 0, turn * 2 + 1, Buffer.of(0, 0, 0, 0, 1)) },
  "window updates": { again: () => frame(FRAME.windowUpdate, 0, 0, Buffer.of(0, 0, 0, 1)) },
  "data on a closed stream": {
    first: headersFrame(1, requestHeaders("/healthz"), END_HEADERS | END_STREAM),
    again: () => frame(FRAME.data, 0, 1, new Uint8Array(64)),
  },
};

/** Sends a flood over a connection of its own until the other side ends it. */
export function flood(port: number, kind: Flood, from = "127.0.0.1"): Promise<void> {
  const socket = connect({ host: "127.0.0.1", port, localAddress: from });
  socket.on("error", () => undefined);
  socket.resume();
  socket.write(Buffer.concat([opening(), kind.first ?? Buffer.alloc(0)]));
  let turn = 0;
  const pour = (): void => {
    while (!socket.destroyed && socket.writableLength < BATCH_BYTES) {
      const batch: Buffer[] = [];
      for (let size = 0; size < BATCH_BYTES; ) {
        const next = kind.again(turn++);
        batch.push(next);
        size += next.byteLength;
      }
      socket.write(Buffer.concat(batch));
    }
  };
  socket.on("connect", pour).on("drain", pour);
  return untilClose(socket);
}

function untilClose(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

// As a thread: one connection for each kind, from one address, and again as soon as the hub ended it.
if (!isMainThread && typeof workerData?.port === "number") {
  const { port } = workerData;
  for (const kind of Object.values(FLOODS)) void forEver(port, kind);
}

async function forEver(port: number, kind: Flood): Promise<void> {
  for (;;) {
    await flood(port, kind, "127.0.0.9");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
