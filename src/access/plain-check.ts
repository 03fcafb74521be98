import type { HubError } from "../errors.js";
import type { RequestConnection } from "../request-context.js";
import { type AccessGateParts, admit } from "./access-gate.js";
import type { Role } from "./roles.js";

/** A request that is no rpc, as its gate sees it. */
export interface PlainRequest {
  readonly header: Headers;
  /** As it was called, with its host. */
  readonly url: string;
  readonly connection: RequestConnection;
}

/**
 * The gate for what is no rpc.
 * @param action what the caller wants, for the audit log
 * @returns a check that says why the caller may not, or nothing when it may
 */
export function plainCheck(
  parts: AccessGateParts,
  action: string,
  role: Role,
): (request: PlainRequest) => Promise<HubError | undefined> {
  return async ({ header, url, connection: { address, peerAddress, encrypted } }) => {
    const { refusal } = await admit(parts, { header, url, address, peerAddress, encrypted }, action, role);
    return refusal;
  };
}
