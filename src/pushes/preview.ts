import { create } from "@bufbuild/protobuf";
import type { Repo } from "../../gen/v1/config_pb.js";
import { SyncStreamItem_SyncActionSetConfigSchema as SetConfigSchema } from "../../gen/v1sync/syncservice_pb.js";
import type { GrantVerdict } from "../fleet/host-grants.js";
import { tidyChange } from "../fleet/push-change.js";
import { isShared } from "../fleet/shares.js";
import { describeConfig, showsNothing } from "../fleet/shown-config.js";
import type { PeerRecord, Store } from "../store/store.js";
import { differencesOf, type EntryDifference, repoDifference } from "./differences.js";
import type { PushDesk } from "./push-desk.js";
import type { SharedRepos } from "./shared-repos.js";

export interface PreviewParts {
  readonly store: Store;
  readonly desk: PushDesk;
  readonly sharedRepos: SharedRepos;
  readonly hubInstanceId: string;
}

export type RepoChange = Extract<EntryDifference, { kind: "repo" }>;

/** What one machine would be sent. */
export interface MachinePreview {
  readonly instanceId: string;
  /** Undefined when it has all of it. */
  readonly difference: RepoChange | undefined;
  readonly showsConfiguration: boolean;
  readonly verdict: GrantVerdict;
}

/** What keeping this repo as a shared one would change, secrets included; nothing is done. */
export interface SharedRepoPreview {
  /** At the hub; undefined when nothing would. */
  readonly change: RepoChange | undefined;
  /** By instance id. */
  readonly machines: readonly MachinePreview[];
}

/** @param draft as the hub would keep it. @param others that it would be shared with, too */
export async function previewSharedRepo(
  parts: PreviewParts,
  draft: Repo,
  others: readonly PeerRecord[],
): Promise<SharedRepoPreview> {
  const peers = (await parts.store.listPeers()).filter(({ removedMs }) => removedMs === undefined);
  const chosen = peers.filter(
    ({ id, grants }) => isShared(grants ?? [], draft.id) || others.some((other) => other.id === id),
  );
  chosen.sort((one, other) => (one.instanceId < other.instanceId ? -1 : 1));
  const machines: MachinePreview[] = [];
  for (const peer of chosen) machines.push(await previewOn(parts, draft, peer));
  return { change: repoDifference(parts.sharedRepos.find(draft.id)?.repo, draft), machines };
}

async function previewOn(
  { desk, hubInstanceId }: PreviewParts,
  draft: Repo,
  peer: PeerRecord,
): Promise<MachinePreview> {
  const generation = peer.keys.find(({ current }) => current)?.generation ?? "current";
  const change = tidyChange(create(SetConfigSchema, { repos: [draft] }), generation);
  const shown = desk.shownBy(peer);
  const difference = differencesOf(change, shown).find((entry): entry is RepoChange => entry.kind === "repo");
  return {
    instanceId: peer.instanceId,
    difference,
    showsConfiguration: shown !== undefined && !showsNothing(describeConfig(shown)),
    verdict: await desk.lane(peer).judge({ change, sharedBy: hubInstanceId }),
  };
}
