import type { HubError } from "../errors.js";
import type { RequestConnection } from "../request-context.js";
import { type AccessGateParts, admit } from "./access-gate.js";
import type { Role } from "./roles.js";

/** What {@link plainCheck} needs of a request. */
export interface PlainRequest {
  readonly header: Headers;
  /** As it was called, with its host. */
  readonly url: string;
  readonly connection: RequestConnection;
}

/**
 * The gate for what is no rpc.
 * @returns a check that says why the caller may not, or nothing when it may
 */
export function plainCheck(
  parts: AccessGateParts,
  needed: Role,
): (request: PlainRequest) => Promise<HubError | undefined> {
  return async ({ header, url, connection }) => {
    const { address, peerAddress, encrypted } = connection;
    const request = { header, url, address, peerAddress, encrypted };
    return (await admit(parts, request, new URL(url).pathname, needed)).refusal;
  };
}
