import { isIP, type Socket, connect as connectTcp } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import type { Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { FreezableSocket } from "./freezable-socket.js";

export interface PeerConnectionOptions {
  /** `http://` is h2c with prior knowledge, `https://` TLS; it may hold a path prefix (Connect only). */
  readonly url: string;
  /** A Backrest speaks Connect. */
  readonly protocol?: "connect" | "grpc";
  /** PEM of the authority to trust over TLS, instead of the well-known ones. */
  readonly ca?: string | Buffer;
  /** Of this machine's addresses the one to dial from; the system chooses by default. */
  readonly localAddress?: string;
  /** Needed for {@link PeerConnection.freeze}; costs some throughput. */
  readonly freezable?: boolean;
}

/** A Backrest pings a connection on which nothing came for a minute. */
const PING_INTERVAL_MS = 60_000;

/** One connection of a peer, opened by its first session; sessions are streams on it. */
export class PeerConnection {
  /** For the sessions on this connection. */
  readonly transport: Transport;
  readonly #options: PeerConnectionOptions;
  readonly #manager: Http2SessionManager;
  #socket: Socket | undefined;
  #freezable: FreezableSocket | undefined;

  constructor(options: PeerConnectionOptions) {
    this.#options = options;
    this.#manager = new Http2SessionManager(
      options.url,
      { pingIntervalMs: PING_INTERVAL_MS },
      { createConnection: (authority: URL) => this.#open(authority) },
    );
    // A Backrest accepts gzip; nothing that a host says to it is worth compressing.
    const common = { baseUrl: options.url, sessionManager: this.#manager, acceptCompression: [] };
    this.transport =
      options.protocol === "grpc"
        ? createGrpcTransport(common)
        : createConnectTransport({ ...common, httpVersion: "2" });
  }

  /** Neither reads nor writes any more, nor answers a ping; the connection stays open. */
  freeze(): void {
    if (this.#freezable === undefined) throw new Error("freeze() needs an open connection, and the option freezable");
    this.#freezable.freeze();
  }

  thaw(): void {
    this.#freezable?.thaw();
  }

  /** Cuts the connection without a word, as the end of a process does. */
  kill(): void {
    this.#socket?.destroy();
  }

  /** Closes the connection and its streams. */
  close(): void {
    this.#manager.abort();
  }

  #open(authority: URL): Duplex {
    const tls = authority.protocol === "https:";
    const host = authority.hostname.replace(/^\[(.*)\]$/, "$1");
    const port = authority.port === "" ? (tls ? 443 : 80) : Number(authority.port);
    const { localAddress } = this.#options;
    const socket = connectTcp({ host, port, noDelay: true, ...(localAddress === undefined ? {} : { localAddress }) });
    this.#socket = socket;
    this.#freezable = this.#options.freezable === true ? new FreezableSocket(socket) : undefined;
    const below = this.#freezable ?? socket;
    if (!tls) return below;
    const { ca } = this.#options;
    return connectTls({
      socket: below,
      ALPNProtocols: ["h2"],
      ...(isIP(host) === 0 ? { servername: host } : { host }),
      ...(ca === undefined ? {} : { ca }),
    });
  }
}
