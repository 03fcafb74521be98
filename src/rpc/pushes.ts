import { create } from "@bufbuild/protobuf";
import type { ConnectRouter } from "@connectrpc/connect";
import {
  PushPermission,
  PushService,
  type PreviewSharedRepoRequest,
  type PutSharedRepoRequest,
  type ShowDifferenceRequest,
} from "../../gen/hub/v1/pushes_pb.js";
import {
  type SetRemoteClientConfigRequest,
  SyncStreamItem_SyncActionSetConfigSchema as SetConfigSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import { HubError } from "../errors.js";
import { summarizeGrants } from "../fleet/grant-summary.js";
import { isEmptyChange, tidyChange } from "../fleet/push-change.js";
import { isShared } from "../fleet/shares.js";
import { differencesOf } from "../pushes/differences.js";
import { previewSharedRepo } from "../pushes/preview.js";
import type { PushDesk } from "../pushes/push-desk.js";
import type { SharedRepo, SharedRepos } from "../pushes/shared-repos.js";
import type { Sharing } from "../pushes/sharing.js";
import type { Store } from "../store/store.js";
import { answered } from "./answered.js";
import {
  differenceMessage,
  PERMISSIONS,
  permissionsMessage,
  previewMessage,
  pushMessage,
  sharedRepoMessage,
  shareMessage,
} from "./push-messages.js";

export interface PushRoutesParts {
  readonly store: Store;
  readonly desk: PushDesk;
  readonly sharing: Sharing;
  readonly sharedRepos: SharedRepos;
  readonly hubInstanceId: string;
}

const MAX_LISTED = 1_000;

/** `hub.v1.PushService`: shared repos, and what became of what the hub sent. */
export function pushRoutes(router: ConnectRouter, parts: PushRoutesParts): void {
  const { sharing } = parts;
  router.service(PushService, {
    listPushes: ({ instanceId, openOnly }) => answered(() => listPushes(parts, instanceId, openOnly)),
    listSharedRepos: () =>
      answered(async () => ({
        repos: (await sharing.list()).map(({ shared, shares }) => sharedRepoMessage(shared, shares)),
      })),
    putSharedRepo: (request) =>
      answered(async () => ({ repo: sharedRepoMessage(await putSharedRepo(sharing, request), []) })),
    previewSharedRepo: (request) => answered(() => preview(parts, request)),
    removeSharedRepo: ({ id }) =>
      answered(async () => {
        await sharing.remove(id);
        return {};
      }),
    shareRepo: ({ repoId, instanceId, granted }) =>
      answered(async () => ({ share: shareMessage(await sharing.share(repoId, instanceId, granted)) })),
    unshareRepo: ({ repoId, instanceId }) =>
      answered(async () => {
        await sharing.unshare(repoId, instanceId);
        return {};
      }),
    confirmPermissions: ({ instanceId, permissions }) =>
      answered(async () => {
        await sharing.confirm(
          instanceId,
          permissions.map(({ type, scopes }) => ({ type, scopes })),
        );
        return {};
      }),
    getPermissions: ({ instanceId }) => answered(() => getPermissions(parts, instanceId)),
    showDifference: (request) => answered(() => showDifference(parts, request)),
  });
}

/** `v1sync.BackrestSyncStateService/SetRemoteClientConfig`: the same answer whether it is sent at once or waits. */
export async function setRemoteClientConfig(
  desk: PushDesk,
  request: SetRemoteClientConfigRequest,
  createdBy: string,
): Promise<object> {
  const { peerKeyid, repos, plans, reposToDelete, plansToDelete } = request;
  const change = create(SetConfigSchema, { repos, plans, reposToDelete, plansToDelete });
  await desk.submit(peerKeyid, change, createdBy);
  return {};
}

async function listPushes({ store, sharing }: PushRoutesParts, instanceId: string, openOnly: boolean) {
  const peer = instanceId === "" ? undefined : await sharing.find(instanceId);
  const pushes = await store.listPushes({
    ...(peer === undefined ? {} : { peerId: peer.id }),
    openOnly,
    limit: MAX_LISTED,
  });
  const names = new Map((await store.listPeers()).map((each) => [each.id, each.instanceId]));
  return { pushes: pushes.map((push) => pushMessage(push, names.get(push.peerId) ?? "")) };
}

function putSharedRepo(sharing: Sharing, { repo, fromInstanceId }: PutSharedRepoRequest): Promise<SharedRepo> {
  if (repo === undefined) throw new HubError("invalid_argument", "say which repo is to be shared");
  return fromInstanceId === "" ? sharing.put(repo) : sharing.putFrom(fromInstanceId, repo.id);
}

async function getPermissions({ desk, sharing, hubInstanceId }: PushRoutesParts, instanceId: string) {
  const known = await desk.lane(await sharing.find(instanceId)).known();
  return permissionsMessage(known.record, summarizeGrants(known, hubInstanceId));
}

async function preview(parts: PushRoutesParts, { repo, fromInstanceId, instanceIds }: PreviewSharedRepoRequest) {
  const { sharing, sharedRepos } = parts;
  if (repo === undefined) throw new HubError("invalid_argument", "say which repo is to be shared");
  const draft =
    fromInstanceId === ""
      ? sharedRepos.draft(repo)
      : sharedRepos.draftShown(await sharing.shownRepo(fromInstanceId, repo.id));
  const others = await Promise.all(instanceIds.map((instanceId) => sharing.find(instanceId)));
  return previewMessage(await previewSharedRepo(parts, draft, others));
}

async function showDifference(parts: PushRoutesParts, request: ShowDifferenceRequest) {
  const { desk, sharing, sharedRepos, hubInstanceId } = parts;
  const { instanceId, repos, plans, reposToDelete, plansToDelete } = request;
  const peer = await sharing.find(instanceId);
  const generation = peer.keys.find(({ current }) => current)?.generation ?? "current";
  const given = create(SetConfigSchema, { repos, plans, reposToDelete, plansToDelete });
  const isOfShared = isEmptyChange(given);
  const shared = sharedRepos.repos().filter(({ id }) => isShared(peer.grants ?? [], id));
  const wanted = isOfShared ? create(SetConfigSchema, { repos: [...shared] }) : desk.restored(peer, given);
  const change = tidyChange(wanted, generation);
  const verdict = await desk.lane(peer).judge({ change, ...(isOfShared ? { sharedBy: hubInstanceId } : {}) });
  const differences = differencesOf(change, desk.shownBy(peer)).map(differenceMessage);
  return verdict.kind === "granted" || differences.length === 0
    ? { differences, permission: PushPermission.GRANTED }
    : {
        differences,
        permission: PERMISSIONS[verdict.kind],
        message: verdict.words,
        toConfirm: (verdict.confirm ?? []).map(({ type, scopes }) => ({ type, scopes: [...scopes] })),
      };
}
