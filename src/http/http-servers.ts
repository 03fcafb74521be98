import { createServer as createHttp1, type Server as Http1Server, STATUS_CODES } from "node:http";
import {
  createServer as createHttp2,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2";
import type { Duplex } from "node:stream";
import type { NodeServerRequest, NodeServerResponse } from "./node-types.js";
import type { PortLimits } from "./port-limits.js";

export interface ServerEvents {
  request(request: NodeServerRequest, response: NodeServerResponse): void;
  /** HTTP/1.1 that its parser refused; the connection was answered and ends. */
  malformed(socket: Duplex): void;
  session(session: ServerHttp2Session): void;
}

/** Node's HTTP/1.1 server, which never listens itself: the port hands it sockets. Its timers are the port's. */
export function createHttp1Server(limits: PortLimits, events: ServerEvents): Http1Server {
  const server = createHttp1({
    maxHeaderSize: limits.headerBytes,
    // The port answers a missing Host itself, with a sentence.
    requireHostHeader: false,
    keepAliveTimeout: 0,
    headersTimeout: 0,
    requestTimeout: 0,
  });
  server.on("request", (request, response) => events.request(request, response));
  server.on("checkExpectation", (request, response) => events.request(request, response));
  server.on("connect", (_request, socket) => refuseHttp1(socket, 405, "this is no proxy; it tunnels nothing"));
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    // Other codes are those of a connection that was cut, as a proxy cuts it when its own caller leaves.
    if (error.code?.startsWith("HPE_") !== true) return void socket.destroy();
    events.malformed(socket);
    if (error.code === "HPE_HEADER_OVERFLOW") {
      refuseHttp1(socket, 431, `the headers are larger than ${limits.headerBytes} bytes; send fewer or shorter ones`);
    } else {
      refuseHttp1(socket, 400, "this is not a well-formed HTTP/1.1 request");
    }
  });
  return server;
}

/** Node's HTTP/2 server, which never listens itself either. */
export function createHttp2Server(limits: PortLimits, events: ServerEvents): Http2Server {
  const server = createHttp2({
    maxSessionMemory: limits.sessionMemoryMb,
    maxSessionInvalidFrames: limits.invalidFrames,
    maxSessionRejectedStreams: limits.rejectedStreams,
    streamResetBurst: limits.resetBurst,
    streamResetRate: limits.resetRate,
    settings: {
      enablePush: false,
      maxConcurrentStreams: limits.concurrentStreams,
      initialWindowSize: limits.streamWindowBytes,
      maxHeaderListSize: limits.headerBytes,
    },
  });
  for (const event of ["request", "checkExpectation", "connect"]) {
    server.on(event, (request: Http2ServerRequest, response: Http2ServerResponse) => events.request(request, response));
  }
  server.on("session", (session) => {
    // What ends a session is no error of the hub's; the connection's counters say why it ended.
    session.on("error", () => undefined);
    events.session(session);
  });
  server.on("stream", (stream) => {
    stream.on("error", () => undefined);
  });
  return server;
}

function refuseHttp1(socket: Duplex, status: number, text: string): void {
  socket.on("error", () => undefined);
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = `${text}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\nConnection: close\r\n` +
      `Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
