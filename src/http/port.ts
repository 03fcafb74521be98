import { once } from "node:events";
import type { Server as Http1Server } from "node:http";
import type { Http2Server, Http2ServerRequest, ServerHttp2Session } from "node:http2";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { HubError } from "../errors.js";
import type { CallerLoggers } from "../logging.js";
import { parseNetworks, plainAddress } from "../networks.js";
import { Certificate } from "./certificate.js";
import { ConnectionTable } from "./connection-table.js";
import { createHttp1Server, createHttp2Server } from "./http-servers.js";
import { type NodeServerRequest, type NodeServerResponse, nodeErrorCode } from "./node-types.js";
import type { PortReason } from "../refusal.js";
import type { PortConnection } from "./port-connection.js";
import { DEFAULT_PORT_LIMITS, type PortLimits } from "./port-limits.js";
import type { Port, PortOptions, PortRefusal } from "./port-options.js";
import { RequestDispatcher } from "./request-dispatcher.js";
import { sniff } from "./sniff.js";
import { TlsServer } from "./tls-server.js";

/** How often deadlines and counters are looked at. */
const SWEEP_MS = 250;
const SWEEPS_PER_DEADLINE = 10;

/** One TCP port for HTTP/1.1, HTTP/2 in clear text and both over TLS, told apart by their first bytes. */
export function createPort(options: PortOptions): Port {
  return new OnePort(options);
}

class OnePort implements Port {
  readonly refusals = new Map<PortReason, number>();
  readonly #options: PortOptions;
  readonly #logger: Logger;
  readonly #callerLogs: CallerLoggers;
  readonly #limits: PortLimits;
  readonly #server: Server;
  readonly #http1: Http1Server;
  readonly #http2: Http2Server;
  readonly #tls: TlsServer;
  readonly #table: ConnectionTable;
  readonly #dispatcher: RequestDispatcher;
  readonly #certificate: Certificate | undefined;
  /** The connection behind a socket or a session that Node's servers speak of. */
  readonly #owners = new WeakMap<object, PortConnection>();
  /** The connection that is being handed to the HTTP/2 server, which opens its session at once. */
  #handing: PortConnection | undefined;
  #sweeper: NodeJS.Timeout | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: PortOptions) {
    this.#options = options;
    this.#logger = options.logger;
    this.#callerLogs = options.callerLogs;
    this.#limits = { ...DEFAULT_PORT_LIMITS, ...options.limits };
    const trustedProxies = parseNetworks(options.trustedProxies ?? []);
    this.#dispatcher = new RequestDispatcher(options, this.#limits, trustedProxies, this.#callerLogs, (refusal) =>
      this.#refused(refusal),
    );
    this.#table = new ConnectionTable({
      limits: this.#limits,
      trustedProxies,
      refused: (peer, reason) => this.#count(peer, reason),
    });
    const events = {
      request: (request: NodeServerRequest, response: NodeServerResponse) => this.#request(request, response),
      malformed: (socket: Duplex) => this.#malformed(socket),
      session: (session: ServerHttp2Session) => this.#session(session),
    };
    this.#http1 = createHttp1Server(this.#limits, events);
    this.#http2 = createHttp2Server(this.#limits, events);
    this.#tls = new TlsServer(this.#limits.firstRequestMs);
    if (options.tls !== undefined) {
      this.#certificate = new Certificate(options.tls, options.logger, (credentials) => this.#tls.use(credentials));
    }
    this.#server = createServer({ noDelay: true, keepAlive: true, allowHalfOpen: true });
    this.#server.on("connection", (socket) => this.#accept(socket));
  }

  get connections(): number {
    return this.#table.size;
  }

  async start(): Promise<AddressInfo> {
    await this.#certificate?.start();
    const { host, port } = this.#options;
    try {
      this.#server.listen({ host, port });
      await once(this.#server, "listening");
    } catch (error) {
      await this.#certificate?.close();
      throw addressError(error, host, port);
    }
    this.#server.on("error", (error) => this.#logger.error({ err: error }, "the port failed"));
    const { sniffMs, firstRequestMs, unknownBodyMs } = this.#limits;
    const every = Math.min(SWEEP_MS, Math.min(sniffMs, firstRequestMs, unknownBodyMs) / SWEEPS_PER_DEADLINE);
    this.#sweeper = setInterval(() => this.#sweep(), every);
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new HubError("internal", "the port has no address");
    return address;
  }

  async drain(graceMs: number): Promise<void> {
    this.#stopListening();
    this.#table.drain();
    const end = performance.now() + graceMs;
    while (this.#table.size > 0 && performance.now() < end)
      await delay(Math.min(20, Math.max(1, end - performance.now())));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#stopListening();
    clearInterval(this.#sweeper);
    await this.#certificate?.close();
    this.#table.end();
    while (this.#table.size > 0) await delay(1);
  }

  #stopListening(): void {
    if (this.#server.listening) this.#server.close();
  }

  #sweep(): void {
    const now = performance.now();
    this.#table.sweep(now);
  }

  #accept(socket: Socket): void {
    socket.on("error", () => undefined);
    const { remoteAddress } = socket;
    if (remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const connection = this.#table.add(socket, plainAddress(remoteAddress), performance.now());
    if (connection === undefined) return;
    sniff(socket, (protocol) => {
      connection.told();
      if (protocol === "tls") this.#startTls(connection);
      else this.#hand(connection, socket, protocol);
    });
  }

  #startTls(connection: PortConnection): void {
    if (this.#certificate === undefined) {
      this.#callerLogs.of(connection.peer).info("a caller tried TLS, but the hub has no certificate");
      this.#refused({ reason: "TLS without a certificate", address: connection.peer });
      connection.end();
      return;
    }
    connection.tls = true;
    // As in Node's https server: the end of what a caller sends over TLS is the end of its connection.
    connection.socket.allowHalfOpen = false;
    this.#tls.accept(connection.socket, {
      secured: (socket) => {
        socket.once("close", () => connection.end());
        this.#hand(connection, socket, socket.alpnProtocol === "h2" ? "http2" : "http1");
      },
      failed: ({ message }) => this.#refused({ reason: "TLS handshake failed", address: connection.peer, message }),
    });
  }

  #hand(connection: PortConnection, socket: Socket, protocol: "http1" | "http2"): void {
    this.#owners.set(socket, connection);
    if (protocol === "http1") {
      this.#http1.emit("connection", socket);
      socket.resume();
      return;
    }
    // Nothing is half open in HTTP/2: the end of one direction is the end.
    socket.allowHalfOpen = false;
    this.#handing = connection;
    this.#http2.emit("connection", socket);
    this.#handing = undefined;
  }

  #session(session: ServerHttp2Session): void {
    const connection = this.#handing;
    if (connection === undefined) {
      session.destroy();
      return;
    }
    this.#owners.set(session, connection);
    connection.speaksHttp2(session);
  }

  #request(request: NodeServerRequest, response: NodeServerResponse): void {
    const owner = "stream" in request ? request.stream.session : request.socket;
    const connection = owner === undefined ? undefined : this.#owners.get(owner);
    if (connection === undefined) response.destroy();
    else if ("stream" in request) setImmediate(() => this.#stream(connection, request, response));
    else if (!connection.ended) this.#dispatcher.dispatch(connection, request, response);
  }

  /** A turn later than it came: what its caller reset in the same breath then costs no more than a count. */
  #stream(connection: PortConnection, request: Http2ServerRequest, response: NodeServerResponse): void {
    if (connection.ended) return;
    if (request.stream.closed) connection.vanished(performance.now());
    else this.#dispatcher.dispatch(connection, request, response);
  }

  #malformed(socket: Duplex): void {
    const connection = this.#owners.get(socket);
    if (connection !== undefined) this.#count(connection.peer, "malformed");
  }

  #count(peer: string, reason: PortReason): void {
    this.#refused({ reason, address: peer, message: reason });
    if (reason !== "idle") this.#callerLogs.of(peer).info({ reason }, "connection refused");
  }

  #refused(refusal: PortRefusal): void {
    this.refusals.set(refusal.reason, (this.refusals.get(refusal.reason) ?? 0) + 1);
    this.#options.onRefused?.(refusal);
  }
}

function addressError(error: unknown, host: string, port: number): HubError {
  const code = nodeErrorCode(error);
  const why =
    code === "EADDRINUSE"
      ? "another program uses it; stop that one, or choose another port with --listen"
      : code === "EACCES"
        ? "this user may not use it; choose a port above 1023"
        : code === "EADDRNOTAVAIL" || code === "ENOTFOUND"
          ? "this machine has no such address"
          : String(error);
  return new HubError("failed_precondition", `cannot listen on ${host} port ${port}: ${why}`, { cause: error });
}
