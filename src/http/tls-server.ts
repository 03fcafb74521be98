import type { Socket } from "node:net";
import { createServer, type SecureContextOptions, type Server, type TLSSocket } from "node:tls";

/** Told how a handshake went, once. Of a caller that goes away meanwhile nothing is told. */
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
      this.#waiting.get(endsOf(socket))?.secured(socket);
    });
    this.#server.on("tlsClientError", (error, socket) => {
      this.#waiting.get(endsOf(socket))?.failed(error);
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
    socket.once("close", () => this.#waiting.delete(ends));
    this.#server.emit("connection", socket);
  }
}

function endsOf(socket: Socket): string {
  return [socket.remoteAddress, socket.remotePort, socket.localAddress, socket.localPort].join(" ");
}
