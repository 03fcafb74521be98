import type { Socket } from "node:net";
import { createServer, type SecureContextOptions, type Server, type TLSSocket } from "node:tls";

/** Node's TLS server, which never listens itself: the port hands it sockets and gets those back that speak TLS now. */
export class TlsServer {
  readonly #server: Server;
  readonly #waiting = new Map<string, (socket: TLSSocket) => void>();

  constructor(handshakeMs: number) {
    this.#server = createServer({ ALPNProtocols: ["h2", "http/1.1"], handshakeTimeout: handshakeMs });
    this.#server.on("secureConnection", (socket) => {
      socket.on("error", () => undefined);
      this.#waiting.get(endsOf(socket))?.(socket);
    });
    this.#server.on("tlsClientError", (_error, socket) => socket.destroy());
  }

  /**
   * What connections get from now on.
   *
   * @throws Error of OpenSSL's when certificate and key are no pair, and then keeps what was before
   */
  use(credentials: SecureContextOptions): void {
    this.#server.setSecureContext({ ...credentials, minVersion: "TLSv1.2" });
  }

  /** Calls `secured` once the handshake is over; never when it fails, which destroys the socket. */
  accept(socket: Socket, secured: (socket: TLSSocket) => void): void {
    // Node does not tell which socket a TLS socket is made of; the two ends of a connection name it.
    const ends = endsOf(socket);
    this.#waiting.set(ends, secured);
    socket.once("close", () => this.#waiting.delete(ends));
    this.#server.emit("connection", socket);
  }
}

function endsOf(socket: Socket): string {
  return [socket.remoteAddress, socket.remotePort, socket.localAddress, socket.localPort].join(" ");
}
