import { create } from "@bufbuild/protobuf";
import type { Repo } from "../../gen/v1/config_pb.js";
import {
  type SyncStreamItem_SyncActionSetConfig as SetConfig,
  SyncStreamItem_SyncActionSetConfigSchema as SetConfigSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import { difference, isEmptyChange, isSameChange, tidyChange } from "../fleet/push-change.js";
import type { ShownConfig } from "../fleet/shown-config.js";
import type { PushRecord, PushState } from "../store/pushes.js";
import type { Generation } from "../store/store.js";
import type { Vault } from "./vault.js";

export interface WantedShare {
  readonly repoId: string;
  readonly change: SetConfig;
}

/** What is known of the peer that the repos are shared with. */
export interface ShareTarget {
  readonly generation: Generation;
  readonly shown: ShownConfig | undefined;
  /** Its pushes, the newest first. */
  readonly recent: readonly PushRecord[];
  /** Which pushes that ended are to be made once more, where their content still differs. */
  readonly again: (push: PushRecord) => boolean;
}

/** Pushes that say nothing about whether the peer has met their content. */
const UNTRIED: ReadonlySet<PushState> = new Set(["superseded", "expired"]);

/** The pushes that bring a peer its shared repos: of what it does not show as it is here, each content once. */
export function wantedShares(repos: readonly Repo[], target: ShareTarget, vault: Vault): WantedShare[] {
  const { generation, shown, recent, again } = target;
  const wanted = repos.map((repo) => ({
    repoId: repo.id,
    change: tidyChange(create(SetConfigSchema, { repos: [repo] }), generation),
  }));
  return wanted.filter(({ repoId, change }) => {
    if (isEmptyChange(difference(change, shown))) return false;
    const last = recent.find(({ sharedRepo, state }) => sharedRepo === repoId && !UNTRIED.has(state));
    const tried = last === undefined ? undefined : vault.openChange(last.sealedChange);
    if (last === undefined || tried === undefined || !isSameChange(tried, change)) return true;
    return last.state !== "pending" && again(last);
  });
}
