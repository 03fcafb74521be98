import type { Socket } from "node:net";
import { createServer, type SecureContextOptions, type Server, type TLSSocket } from "node:tls";

/** Told how a handshake went, once. */
export interface Handshake {
  secured(socket: TLSSocket): void;
  failed(error: Error): void;
}

/** Node's TLS server, which never listens itself: the port hands it sockets and gets those back that speak TLS now. */
export class TlsServer {
  readonly #server: Server;
  readonly #waiting = new Map<string, Handshake>();

  constructor(handshakeMs: number) {
    this.#server = createServer({ ALPNProtocols: ["h2", "http/1.1"], handshakeTimeout: handshakeMs });
    this.#server.on("secureConnection", (socket) => {
      socket.on("error", () => undefined);
      this.#take(endsOf(socket))?.secured(socket);
    });
    this.#server.on("tlsClientError", (error, socket) => {
      this.#take(endsOf(socket))?.failed(error);
      socket.destroy();
    });
  }

  /**
   * What connections get from now on.
   *
   * @throws Error of OpenSSL's when certificate and key are no pair, and then keeps what was before
   */
  use(credentials: SecureContextOptions): void {
    this.#server.setSecureContext({ ...credentials, minVersion: "TLSv1.2" });
  }

  /** Does the handshake; where it fails the socket is destroyed. */
  accept(socket: Socket, handshake: Handshake): void {
    // Node does not tell which socket a TLS socket is made of; the two ends of a connection name it.
    const ends = endsOf(socket);
    this.#waiting.set(ends, handshake);
    // Of a caller that ended it with an alert Node gives a socket that has no ends any more.
    socket.once("close", () => this.#take(ends)?.failed(new Error("the caller left in the middle of the handshake")));
    this.#server.emit("connection", socket);
  }

  /** The handshake between these ends, which is over now. */
  #take(ends: string): Handshake | undefined {
    const handshake = this.#waiting.get(ends);
    this.#waiting.delete(ends);
    return handshake;
  }
}

function endsOf(socket: Socket): string {
  return [socket.remoteAddress, socket.remotePort, socket.localAddress, socket.localPort].join(" ");
}
