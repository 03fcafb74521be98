import type { SyncItem } from "../../gen/hub/wire/v1/sync_pb.js";
import type { PeerMessage } from "./dialect.js";
import { isAnnounced, readExtension } from "./extensions.js";
import { readOperations, readResources, refused } from "./payloads.js";

/**
 * What peers of both generations say in the same way.
 * @param capabilities what this peer announced in its handshake
 * @returns undefined for what is for one generation alone to read or to refuse
 * @throws HubError `invalid_argument` or `resource_exhausted` for what a peer must not send, in words
 */
export function readCommonItem({ action }: SyncItem, capabilities: readonly string[]): PeerMessage | undefined {
  switch (action.case) {
    case "receiveOperations":
      return readOperations(action.value);
    case "heartbeat":
      return { kind: "heartbeat" };
    case "receiveResources":
      return readResources(action.value);
    case "requestLog":
    case "receiveLogData":
    case "throttle":
      return isAnnounced(action.case, capabilities) ? readExtension(action) : undefined;
    case "handshake":
      throw refused("a second handshake", "one handshake opens a session");
    case undefined:
      throw refused("a message with nothing set", "it carries none of the actions that this hub knows");
    default:
      return undefined;
  }
}
