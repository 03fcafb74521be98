/**
 * Why a connection was refused or ended badly. Every room of the hub may name one with its error; what each means to a
 * person stands in connections/refusal-words.ts.
 */
export const REFUSAL_CAUSES = [
  "unknown-key",
  "instance-taken",
  "key-changed",
  "key-replaced",
  "instance-renamed",
  "hub-identity",
  "key-shared",
  "clock",
  "token-unknown",
  "token-expired",
  "token-used-up",
  "token-other-instance",
  "token-key-known",
  "token-guesses",
  "clear-text-peer",
  "clear-text-to-https",
  "clear-text-request",
  "tls-without-certificate",
  "tls-failed",
  "http1-on-sync",
  "wrong-path",
  "not-http",
  "silent-connection",
  "flood",
  "too-busy",
  "bad-handshake",
  "no-handshake",
  "left-opening",
  "protocol-error",
  "stopped-answering",
  "connection-lost",
  "overflow",
  "hub-failure",
] as const;

export type RefusalCause = (typeof REFUSAL_CAUSES)[number];

/** Who a peer says that it is, as far as it came to say so. Not proven. */
export interface RefusalClaim {
  readonly keyid?: string;
  readonly instanceId?: string;
}

/** Why the port refused a request or ended a connection: the label of a count and of a log line. The port knows nothing of causes. */
export type PortReason =
  | "too many connections"
  | "protocol not told in time"
  | "no request in time"
  | "idle"
  | "spare"
  | "too many resets"
  | "too many requests without a known caller"
  | "too many requests at once"
  | "too many bytes that are neither headers nor data"
  | "too many small pieces of data"
  | "malformed"
  | "TLS without a certificate"
  | "TLS handshake failed"
  | "clear text"
  | "peer's rpc over HTTP/1.1"
  | "rpc at an unknown path";
