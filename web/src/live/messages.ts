import type { ChangedLists } from "../../../gen/hub/v1/board_pb.js";
import type { RefusedConnection } from "../../../gen/hub/v1/connections_pb.js";
import type { FleetSummary, InstanceHealth } from "../../../gen/hub/v1/fleet_pb.js";
import type { OperationEvent } from "../../../gen/v1/operations_pb.js";

/** How the stream is. */
export type Link =
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  /** Since when nothing comes, and when the next try is due. */
  | { readonly state: "lost"; readonly sinceMs: number; readonly nextTryMs: number; readonly message: string }
  | { readonly state: "signed-out" };

/** What of the hub is held live: whole states, by their ids. */
export interface LiveState {
  readonly link: Link;
  /** Undefined until the first has come. */
  readonly summary: FleetSummary | undefined;
  readonly machines: ReadonlyMap<string, InstanceHealth>;
  readonly refused: ReadonlyMap<string, RefusedConnection>;
  /** By how much the hub's clock is ahead of this browser's. */
  readonly clockAheadMs: number;
}

/** What has changed since the page was last told. What travels between threads is copied: a fleet is not, for one machine. */
export interface LiveChange extends Pick<LiveState, "link" | "summary" | "clockAheadMs"> {
  readonly machines: readonly InstanceHealth[];
  /** Instance ids. */
  readonly removed: readonly string[];
  readonly refused: readonly RefusedConnection[];
  /** Ids of refused connections. */
  readonly forgotten: readonly string[];
}

/** From the stream's keeper to a page. */
export type ToPage =
  | { readonly type: "state"; readonly state: LiveState }
  | { readonly type: "change"; readonly change: LiveChange }
  | { readonly type: "operations"; readonly event: OperationEvent }
  | { readonly type: "lists"; readonly changed: ChangedLists }
  /** The stream was broken and is whole again: whatever has been read may be old. */
  | { readonly type: "healed" };

/** From a page to the stream's keeper. */
export type FromPage =
  | { readonly type: "hello"; readonly root: string }
  | { readonly type: "retry" }
  | { readonly type: "bye" };
