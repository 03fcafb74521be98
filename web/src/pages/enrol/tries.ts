import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type RefusedConnection, RefusalCause as Cause } from "../../../../gen/hub/v1/connections_pb.js";

/** Causes that keep a machine out that somebody is enrolling just now; the others are of machines that were in, or noise. */
const KEEPS_OUT: ReadonlySet<Cause> = new Set([
  Cause.UNKNOWN_KEY,
  Cause.INSTANCE_TAKEN,
  Cause.KEY_CHANGED,
  Cause.INSTANCE_RENAMED,
  Cause.HUB_IDENTITY,
  Cause.CLOCK,
  Cause.TOKEN_UNKNOWN,
  Cause.TOKEN_EXPIRED,
  Cause.TOKEN_USED_UP,
  Cause.TOKEN_OTHER_INSTANCE,
  Cause.TOKEN_KEY_KNOWN,
  Cause.TOKEN_GUESSES,
  Cause.CLEAR_TEXT_PEER,
  Cause.CLEAR_TEXT_TO_HTTPS,
  Cause.CLEAR_TEXT_REQUEST,
  Cause.TLS_WITHOUT_CERTIFICATE,
  Cause.TLS_FAILED,
  Cause.HTTP1_ON_SYNC,
  Cause.WRONG_PATH,
  Cause.BAD_HANDSHAKE,
  Cause.NO_HANDSHAKE,
  Cause.PROTOCOL_ERROR,
]);
const MOST = 3;

export interface Waiting {
  /** Since when somebody waits. */
  readonly sinceMs: number;
  /** Instance IDs of machines that were enrolled before: they have their own troubles. */
  readonly enrolledBefore: ReadonlySet<string>;
  /** The only machine that is waited for, if there is one. */
  readonly forInstance?: string | undefined;
}

/** Tries that may be those of the machine that is waited for; the newest first. */
export function triesWhile(
  refused: Iterable<RefusedConnection>,
  { sinceMs, enrolledBefore, forInstance }: Waiting,
): readonly RefusedConnection[] {
  return [...refused]
    .filter(({ lastSeen, cause, settled, instanceId }) => {
      if (settled || !KEEPS_OUT.has(cause) || lastSeen === undefined) return false;
      if (timestampMs(lastSeen) < sinceMs) return false;
      // Who uses a name that is taken is a newcomer; any other trouble under a known name is that machine's own.
      return !enrolledBefore.has(instanceId) || instanceId === forInstance || isAboutNames(cause);
    })
    .toSorted((a, b) => seenMs(b) - seenMs(a))
    .slice(0, MOST);
}

function isAboutNames(cause: Cause): boolean {
  return cause === Cause.INSTANCE_TAKEN || cause === Cause.KEY_CHANGED || cause === Cause.TOKEN_OTHER_INSTANCE;
}

function seenMs({ lastSeen }: RefusedConnection): number {
  return lastSeen === undefined ? 0 : timestampMs(lastSeen);
}
