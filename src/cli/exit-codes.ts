import { ConnectError } from "@connectrpc/connect";
import { type ErrorCode, HubError } from "../errors.js";

/** What the exit code of a command says; documented in docs/command-line.md. */
export const EXIT = {
  ok: 0,
  failure: 1,
  /** A wrong flag, argument or setting. */
  usage: 2,
  /** No hub answers. */
  unreachable: 3,
  /** The hub does not accept the token. */
  unauthenticated: 4,
  /** What was asked is not possible as things are. */
  refused: 5,
} as const;

const BY_ERROR: Partial<Record<ErrorCode, number>> = {
  invalid_argument: EXIT.usage,
  unavailable: EXIT.unreachable,
  deadline_exceeded: EXIT.unreachable,
  unauthenticated: EXIT.unauthenticated,
  permission_denied: EXIT.unauthenticated,
  not_found: EXIT.refused,
  already_exists: EXIT.refused,
  failed_precondition: EXIT.refused,
};

export function exitCodeOf(error: HubError): number {
  return BY_ERROR[error.code] ?? EXIT.failure;
}

/** A thrown value as an error whose words a person at a terminal can use. */
export function explain(reason: unknown): HubError {
  if (reason instanceof HubError || reason instanceof ConnectError) return HubError.from(reason);
  const said = reason instanceof Error ? reason.message : String(reason);
  return new HubError("internal", said, { cause: reason });
}
