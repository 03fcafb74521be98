import type { HubError } from "../errors.js";
import type { EndingCause } from "../fleet/endings.js";
import type { RefusalCause } from "../refusal.js";
import type { Generation } from "../store/store.js";
import type { RefusalNote } from "./refusal-book.js";

/** How a session ended, and what was known of its peer by then. */
export interface EndedSession {
  readonly reason: { readonly cause: EndingCause; readonly error: HubError };
  readonly address: string;
  readonly userAgent: string;
  /** Its request names https:// as its scheme, although it came in clear text. */
  readonly meantHttps: boolean;
  /** Known from the first message on. */
  readonly generation: Generation | undefined;
  /** What the peer proved or claimed. */
  readonly keyid: string | undefined;
  readonly instanceId: string | undefined;
  readonly admitted: boolean;
}

/** What the record of refused connections is told of a session's end; nothing when it ended as sessions do. */
export function sessionRefusal(session: EndedSession): RefusalNote | undefined {
  const { address, userAgent, generation, keyid, instanceId, reason } = session;
  const cause = causeOf(session);
  if (cause === undefined) return undefined;
  return { cause, address, userAgent, generation, keyid, instanceId, message: reason.error.message };
}

function causeOf({
  reason: { cause, error },
  admitted,
  generation,
  meantHttps,
}: EndedSession): RefusalCause | undefined {
  if (error.refusal === "clear-text-peer" && meantHttps) return "clear-text-to-https";
  if (error.refusal !== undefined) return error.refusal;
  switch (cause) {
    case "refused":
      return error.code === "deadline_exceeded" ? "no-handshake" : "bad-handshake";
    case "protocol":
      return "protocol-error";
    case "silent":
      return "stopped-answering";
    case "transport":
      return "connection-lost";
    case "overflow":
      return "overflow";
    case "failure":
      return "hub-failure";
    case "peer-left":
      return !admitted && generation !== undefined ? "left-opening" : undefined;
    case "displaced":
    case "removed":
    case "draining":
      return undefined;
  }
}
