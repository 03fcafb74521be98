import { HubError } from "../errors.js";
import type { RequestConnection } from "../request-context.js";
import { nothingShown, roleRefusal } from "./access-gate.js";
import type { Callers } from "./callers.js";
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
export function plainCheck(callers: Callers, needed: Role): (request: PlainRequest) => Promise<HubError | undefined> {
  return async ({ header, url, connection }) => {
    const { address, peerAddress, encrypted } = connection;
    const found = await callers.identify({ header, url, address, peerAddress, encrypted });
    if (found === undefined) return nothingShown();
    return found instanceof HubError ? found : roleRefusal(found, needed);
  };
}
