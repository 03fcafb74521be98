import type { Socket } from "node:net";

/** What the first bytes of a connection turned out to be. */
export type FirstBytes = "tls" | "http2" | "http1";

const TLS_HANDSHAKE = 0x16;
/** RFC 9113, section 3.4. */
const HTTP2_PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** Undefined while the bytes could still become HTTP/2's preface. */
export function tellProtocol(bytes: Uint8Array): FirstBytes | undefined {
  if (bytes.byteLength === 0) return undefined;
  if (bytes[0] === TLS_HANDSHAKE) return "tls";
  const length = Math.min(bytes.byteLength, HTTP2_PREFACE.byteLength);
  if (HTTP2_PREFACE.compare(bytes, 0, length, 0, length) !== 0) return "http1";
  return length === HTTP2_PREFACE.byteLength ? "http2" : undefined;
}

/**
 * Reads just enough of a new connection to tell its protocol, puts the bytes back and calls `told` once, in the same
 * turn in which the deciding bytes arrived. Never calls it when the connection ends first.
 */
export function sniff(socket: Socket, told: (protocol: FirstBytes) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  socket.on("data", onData);
  socket.once("end", onEnd);

  function onData(chunk: Buffer): void {
    bytes = bytes.byteLength === 0 ? chunk : Buffer.concat([bytes, chunk]);
    const protocol = tellProtocol(bytes);
    if (protocol === undefined) return;
    socket.off("data", onData);
    socket.off("end", onEnd);
    socket.pause();
    socket.unshift(bytes);
    told(protocol);
  }

  function onEnd(): void {
    socket.destroy();
  }
}
