import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  DifferenceSchema,
  type Difference,
  type GetPermissionsResponseSchema,
  type PreviewSharedRepoResponseSchema,
  PushPermission,
  type PushSchema,
  PushState,
  type RepoShareSchema,
  type SharedRepoSchema,
} from "../../gen/hub/v1/pushes_pb.js";
import { PlanSchema, RepoSchema } from "../../gen/v1/config_pb.js";
import { maskSecrets } from "../access/mask.js";
import type { GrantSummary } from "../fleet/grant-summary.js";
import type { GrantVerdict } from "../fleet/host-grants.js";
import type { EntryDifference } from "../pushes/differences.js";
import type { RepoChange, SharedRepoPreview } from "../pushes/preview.js";
import type { SharedRepo } from "../pushes/shared-repos.js";
import type { Share } from "../pushes/sharing.js";
import type { HostGrantsRecord, PushRecord, PushState as StoredState } from "../store/pushes.js";

const STATES: Readonly<Record<StoredState, PushState>> = {
  pending: PushState.PENDING,
  applied: PushState.APPLIED,
  refused: PushState.REFUSED,
  superseded: PushState.SUPERSEDED,
  sent: PushState.SENT,
  expired: PushState.EXPIRED,
};

export const PERMISSIONS: Readonly<Record<GrantVerdict["kind"], PushPermission>> = {
  granted: PushPermission.GRANTED,
  "not-granted": PushPermission.NOT_GRANTED,
  unknown: PushPermission.UNKNOWN,
  conflict: PushPermission.NOT_GRANTED,
};

export function pushMessage(push: PushRecord, instanceId: string): MessageInitShape<typeof PushSchema> {
  const { items, sentMs, endedMs } = push;
  return {
    id: BigInt(push.id),
    instanceId,
    state: STATES[push.state],
    message: push.state === "pending" ? waitsFor(push) : push.words,
    createdAt: timestampFromMs(push.createdMs),
    createdBy: push.createdBy,
    ...(sentMs === undefined ? {} : { sentAt: timestampFromMs(sentMs) }),
    ...(endedMs === undefined ? {} : { endedAt: timestampFromMs(endedMs) }),
    sharedRepoId: push.sharedRepo ?? "",
    repos: [...items.repos],
    plans: [...items.plans],
    reposToDelete: [...items.reposToDelete],
    plansToDelete: [...items.plansToDelete],
  };
}

export function sharedRepoMessage(
  { repo, updatedMs }: SharedRepo,
  shares: readonly Share[],
): MessageInitShape<typeof SharedRepoSchema> {
  return {
    repo: maskSecrets(RepoSchema, repo),
    updatedAt: timestampFromMs(updatedMs),
    shares: shares.map(shareMessage),
  };
}

export function shareMessage({ peer, verdict, inPlace, lastPush }: Share): MessageInitShape<typeof RepoShareSchema> {
  const push = lastPush === undefined ? "" : lastPush.state === "pending" ? waitsFor(lastPush) : lastPush.words;
  return {
    instanceId: peer.instanceId,
    permission: PERMISSIONS[verdict.kind],
    lastPush: lastPush === undefined ? PushState.UNSPECIFIED : STATES[lastPush.state],
    inPlace,
    message: verdict.kind === "granted" || inPlace ? push : verdict.words,
  };
}

export function permissionsMessage(
  record: HostGrantsRecord | undefined,
  { sharedRepos, configuration }: GrantSummary,
): MessageInitShape<typeof GetPermissionsResponseSchema> {
  return {
    recorded: (record?.grants ?? []).map(({ type, scopes }) => ({ type, scopes: [...scopes] })),
    isRecorded: record !== undefined && record.refusedMs === undefined,
    ...(record?.refusedMs === undefined ? {} : { refusedAt: timestampFromMs(record.refusedMs) }),
    sharedRepos: PERMISSIONS[sharedRepos],
    configuration: PERMISSIONS[configuration],
  };
}

export function previewMessage({
  change,
  machines,
}: SharedRepoPreview): MessageInitShape<typeof PreviewSharedRepoResponseSchema> {
  return {
    ...(change === undefined ? {} : { change: repoChange(change) }),
    machines: machines.map(({ instanceId, difference, showsConfiguration, verdict }) => ({
      instanceId,
      ...(difference === undefined ? {} : { difference: repoChange(difference) }),
      showsConfiguration,
      permission: PERMISSIONS[verdict.kind],
      ...(verdict.kind === "granted" || difference === undefined ? {} : { message: verdict.words }),
    })),
  };
}

function repoChange({ before, after, fields }: RepoChange) {
  return { ...sides(RepoSchema, before, after), changedFields: fields };
}

export function differenceMessage(entry: EntryDifference): Difference {
  if (entry.kind === "plan") {
    const value = { ...sides(PlanSchema, entry.before, entry.after), changedFields: entry.fields };
    return create(DifferenceSchema, { item: { case: "plan", value } });
  }
  return create(DifferenceSchema, { item: { case: "repo", value: repoChange(entry) } });
}

function sides<Desc extends typeof RepoSchema | typeof PlanSchema>(
  schema: Desc,
  before: Parameters<typeof maskSecrets<Desc>>[1] | undefined,
  after: Parameters<typeof maskSecrets<Desc>>[1] | undefined,
) {
  return {
    ...(before === undefined ? {} : { before: maskSecrets(schema, before) }),
    ...(after === undefined ? {} : { after: maskSecrets(schema, after) }),
  };
}

function waitsFor({ sentMs }: PushRecord): string {
  return sentMs === undefined
    ? "waits for the machine to connect, for its history to be read, and for the push before it to end"
    : "was sent; the machine's next configuration decides";
}
