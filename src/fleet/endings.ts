import { ConnectionState } from "../../gen/v1sync/syncservice_pb.js";

/** How a peer's session can end. */
export type EndingCause =
  | "peer-left"
  | "refused"
  | "protocol"
  | "displaced"
  | "removed"
  | "silent"
  | "transport"
  | "overflow"
  | "draining"
  | "failure";

export interface ShownEnding {
  readonly state: ConnectionState;
  /** When the peer is expected to dial again by itself, how long to wait before it counts as disconnected. */
  readonly retryWithinMs?: number;
}

/** A client that ended a session of a minute or more dials at once; after a shorter one it waits out the minute. */
const RETRY_BASE_MS = 60_000;
const RETRY_SLACK_MS = 5_000;
/** A peer that does not come back is shown as disconnected after this at the latest, whatever it may have meant to do. */
const RETRY_SHOWN_AT_MOST_MS = 40_000;

/** What readers of the peer states see of a peer whose session ended, and for how long. */
export function shownEnding(cause: EndingCause, lastedMs: number): ShownEnding {
  switch (cause) {
    case "peer-left":
    case "overflow":
      return {
        state: ConnectionState.RETRY_WAIT,
        retryWithinMs: Math.min(
          RETRY_SHOWN_AT_MOST_MS,
          Math.max(0, RETRY_BASE_MS - Math.max(0, lastedMs)) + RETRY_SLACK_MS,
        ),
      };
    case "refused":
      return { state: ConnectionState.ERROR_AUTH };
    case "protocol":
      return { state: ConnectionState.ERROR_PROTOCOL };
    case "failure":
      return { state: ConnectionState.ERROR_INTERNAL };
    case "displaced":
    case "removed":
    case "silent":
    case "transport":
    case "draining":
      return { state: ConnectionState.DISCONNECTED };
  }
}
