import { Code, ConnectError } from "@connectrpc/connect";
import type { RefusalCause, RefusalClaim } from "./refusal.js";

const CODES = [
  ["canceled", Code.Canceled],
  ["invalid_argument", Code.InvalidArgument],
  ["deadline_exceeded", Code.DeadlineExceeded],
  ["not_found", Code.NotFound],
  ["already_exists", Code.AlreadyExists],
  ["permission_denied", Code.PermissionDenied],
  ["resource_exhausted", Code.ResourceExhausted],
  ["failed_precondition", Code.FailedPrecondition],
  ["aborted", Code.Aborted],
  ["unimplemented", Code.Unimplemented],
  ["internal", Code.Internal],
  ["unavailable", Code.Unavailable],
  ["unauthenticated", Code.Unauthenticated],
] as const;

/** What went wrong, in Connect's own words. */
export type ErrorCode = (typeof CODES)[number][0];

const CONNECT_CODES = new Map<ErrorCode, Code>(CODES);
const ERROR_CODES = new Map<Code, ErrorCode>(CODES.map(([name, code]) => [code, name]));

/** The level at which an error is logged: a peer's mistake is `info`, the hub's own is `error`. */
export type ErrorLevel = "debug" | "info" | "warn" | "error";

/**
 * The one error of the hub. `message` is written for the person who reads it at the other end and is sent there;
 * `cause` is logged and never sent.
 */
export class HubError extends Error {
  override readonly name = "HubError";
  readonly code: ErrorCode;
  readonly level: ErrorLevel;
  /** What the record of refused connections calls it, where that is more than the code says. */
  readonly refusal: RefusalCause | undefined;
  #claim: RefusalClaim = {};

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; level?: ErrorLevel; refusal?: RefusalCause } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.level = options.level ?? (code === "internal" ? "error" : "info");
    this.refusal = options.refusal;
  }

  /** Who the refused peer claims to be; not proven. */
  get claim(): RefusalClaim {
    return this.#claim;
  }

  /** Notes who caused it, for the record of refused connections, and gives the error back. */
  claimedBy(claim: RefusalClaim): this {
    this.#claim = claim;
    return this;
  }

  /** Any thrown value as a HubError; what is not one becomes `internal` with words that give nothing away. */
  static from(reason: unknown): HubError {
    if (reason instanceof HubError) return reason;
    if (reason instanceof ConnectError) {
      return new HubError(ERROR_CODES.get(reason.code) ?? "internal", reason.rawMessage, {
        cause: reason.cause ?? reason,
      });
    }
    return new HubError("internal", "the hub failed to do this; its log says why", { cause: reason });
  }

  toConnectError(): ConnectError {
    return new ConnectError(
      this.message,
      CONNECT_CODES.get(this.code) ?? Code.Internal,
      undefined,
      undefined,
      this.cause,
    );
  }
}
