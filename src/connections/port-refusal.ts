import type { PortReason, RefusalCause } from "../refusal.js";

const CAUSES: Readonly<Record<PortReason, RefusalCause | undefined>> = {
  "too many connections": "flood",
  "protocol not told in time": "silent-connection",
  "no request in time": "silent-connection",
  // A connection that was used and is not any more is no refusal, nor is one that lies beside it for later.
  idle: undefined,
  spare: undefined,
  "too many resets": "flood",
  "too many requests without a known caller": "flood",
  "too many requests at once": "flood",
  "too many bytes that are neither headers nor data": "flood",
  "too many small pieces of data": "flood",
  malformed: "not-http",
  "TLS without a certificate": "tls-without-certificate",
  "TLS handshake failed": "tls-failed",
  "clear text": "clear-text-request",
  "peer's rpc over HTTP/1.1": "http1-on-sync",
  "rpc at an unknown path": "wrong-path",
};

/** The cause in the record of refused connections; nothing where it is no refusal. */
export function portRefusalCause(reason: PortReason, meantHttps: boolean): RefusalCause | undefined {
  if (reason === "clear text" && meantHttps) return "clear-text-to-https";
  return CAUSES[reason];
}
