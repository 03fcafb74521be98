import { createContextKey } from "@connectrpc/connect";

/**
 * What the port knows of the connection behind an rpc. Handlers find it in their context values under
 * {@link kConnection}.
 */
export interface RequestConnection {
  /** The address of the machine that called; behind a trusted proxy the one that the proxy names. No port. */
  readonly address: string;
  /** The address at the other end of the connection: that of a proxy, where there is one. No port. */
  readonly peerAddress: string;
  /** True when no one between the caller and the hub's host can read along: TLS, or a trusted proxy that says https. */
  readonly encrypted: boolean;
  /** True when the caller is on this machine and no proxy named another. */
  readonly loopback: boolean;
  /** True when a password or a token may be sent the way this request came. */
  readonly takesSecrets: boolean;
  readonly userAgent: string;
  /** True when the request names https as its scheme, and yet came in clear text: older versions of Backrest do that. */
  readonly meantHttps: boolean;
  /** Lifts the limits that hold before authentication (bytes, seconds); the caller is known now. */
  authenticated(): void;
  /** The caller waits for the hub: from now on it has this long to become known, unless it had longer. */
  allow(ms: number): void;
  /**
   * Proves the transport: resolves when the peer answered an HTTP/2 PING, rejects when it did not within `timeoutMs`
   * or when the connection is gone. On HTTP/1.1 it resolves at once.
   */
  ping(timeoutMs: number): Promise<void>;
  /**
   * Puts an enveloped message behind what the handler has yielded, which must be something: headers go out with it.
   * @returns when the caller has to take something first, a promise that resolves once it has or is gone
   */
  send(envelope: Uint8Array): Promise<void> | undefined;
  /**
   * Gives the answer of a unary rpc as bytes: they take the place of the message that the handler returns, which must
   * be empty. For answers that are large, or encoded already.
   */
  answerWith(answer: RawAnswer): void;
  /** Cuts this one request at the transport, whatever it is doing; other streams of the connection go on. */
  cut(): void;
}

/** An encoded message, in whatever encoding the caller takes. */
export interface RawAnswer {
  /** About how large it is. */
  readonly byteLength: number;
  /** Asked for once. */
  pieces(): AsyncIterable<Uint8Array>;
  /** Called once the caller has taken it, or is gone. */
  release(): void;
}

export const kConnection = createContextKey<RequestConnection | undefined>(undefined, {
  description: "the connection behind the rpc",
});
