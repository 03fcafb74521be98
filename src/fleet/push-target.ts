import type { SyncStreamItem_SyncActionSetConfig as SetConfig } from "../../gen/v1sync/syncservice_pb.js";

/** A change of a peer's configuration that is to be sent. */
export interface WaitingPush {
  /** The hub's number of it. */
  readonly id: number;
  readonly change: SetConfig;
}

/** A session to whose peer a change can be pushed. */
export interface PushTarget {
  /** When it can be said; the change that was given before and has not gone out is forgotten. */
  push(push: WaitingPush): void;
  /** Whether the peer has answered everything that it was asked. */
  readonly hasAnswered: boolean;
}
