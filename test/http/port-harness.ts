import { once } from "node:events";
import { connect as connectHttp2, type ClientHttp2Session } from "node:http2";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect } from "@jest/globals";
import { pino } from "pino";
import { boundedLoggers } from "../../src/logging.js";
import { createPort } from "../../src/http/port.js";
import type { PortLimits } from "../../src/http/port-limits.js";
import type { Port, PortOptions } from "../../src/http/port-options.js";
import { testGate, testRoutes } from "./test-services.js";
import { closed } from "../support/closed.js";

export interface RunningPort extends Port {
  /** "127.0.0.1:port" */
  readonly authority: string;
  readonly number: number;
  /** What was logged, a line an entry. */
  readonly lines: string[];
}

/** Limits that make the tests of time short. */
export const QUICK: Partial<PortLimits> = { sniffMs: 200, firstRequestMs: 400, unknownBodyMs: 400, unknownPeerMs: 800 };

/** Ports and raw connections of one test file; after each test nothing of them may be left. */
export function usePorts() {
  const ports: RunningPort[] = [];
  const sockets: Socket[] = [];
  const sessions: ClientHttp2Session[] = [];

  afterEach(async () => {
    for (const session of sessions.splice(0)) session.destroy();
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const port of ports.splice(0)) {
      await eventually(() => port.connections === 0, 2_000).catch(() => undefined);
      const left = port.connections;
      await port.close();
      expect(left).toBe(0);
    }
  });

  return {
    async start(options: Partial<PortOptions> = {}): Promise<RunningPort> {
      const lines: string[] = [];
      const logger = pino({ level: "debug" }, { write: (line) => void lines.push(line) });
      const port = createPort({
        host: "127.0.0.1",
        port: 0,
        logger,
        callerLogs: boundedLoggers(logger, { maxBytesPerMinute: 65_536, max: 64, name: "address" }),
        routes: testRoutes,
        requestGate: testGate,
        plainRoutes: new Map([["/healthz", (_request, response) => void response.end("ok\n")]]),
        ...options,
      });
      const { port: number } = await port.start();
      const running: RunningPort = Object.assign(port, { authority: `127.0.0.1:${number}`, number, lines });
      ports.push(running);
      return running;
    },
    /** A bare connection. Errors are ignored: being cut off is what most tests wait for. */
    async dial(port: RunningPort, from?: string): Promise<Socket> {
      const socket = connect({
        host: "127.0.0.1",
        port: port.number,
        ...(from === undefined ? {} : { localAddress: from }),
      });
      sockets.push(socket);
      socket.on("error", () => undefined);
      await once(socket, "connect");
      return socket;
    },
    /** Has a connection that was made elsewhere closed after the test. */
    track<Connection extends Socket>(socket: Connection): Connection {
      sockets.push(socket);
      socket.on("error", () => undefined);
      return socket;
    },
    http2(port: RunningPort): ClientHttp2Session {
      const session = connectHttp2(`http://${port.authority}`);
      session.on("error", () => undefined);
      sessions.push(session);
      return session;
    },
  };
}

/** Everything that comes until the other side closes; how long that took. Rejects when it does not close in time. */
export async function untilClosed(socket: Socket, withinMs: number): Promise<{ text: string; ms: number }> {
  const began = Date.now();
  const received = collect(socket);
  await closed(socket, withinMs);
  return { text: received().toString("latin1"), ms: Date.now() - began };
}

/** What has come so far, and what comes. */
export function collect(socket: Socket): () => Buffer {
  const pieces: Buffer[] = [];
  socket.on("data", (piece: Buffer) => pieces.push(piece));
  return () => Buffer.concat(pieces);
}

/** Another client is answered, whatever somebody else is doing. */
export async function expectServes(port: RunningPort): Promise<void> {
  const answer = await fetch(`http://${port.authority}/healthz`, {
    headers: { connection: "close" },
    signal: AbortSignal.timeout(5_000),
  });
  expect(await answer.text()).toBe("ok\n");
}

export async function eventually(condition: () => boolean, withinMs = 5_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`still not so after ${withinMs} ms: ${String(condition)}`);
    await delay(5);
  }
}
