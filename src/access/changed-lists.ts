import type { DescMethod } from "@bufbuild/protobuf";
import type { ListName } from "../notices.js";

/**
 * Which lists each change makes old. The audit log is another after every one of them and stands in no row. What is live
 * by itself (verdicts, refused connections, operations) needs no notice.
 */
export const CHANGED_LISTS: Readonly<Record<string, Readonly<Record<string, readonly ListName[]>>>> = {
  "v1.Backrest": {
    GeneratePairingToken: ["pairing-tokens"],
    ClearHistory: [],
    // Not at a hub.
    Backup: [],
    DoRepoTask: [],
    Forget: [],
    Cancel: [],
    Restore: [],
    RunCommand: [],
    SetConfig: [],
    SetupSftp: [],
    AddRepo: [],
    RemoveRepo: [],
  },
  "v1sync.BackrestSyncStateService": { SetRemoteClientConfig: ["pushes"] },
  "hub.v1.PeersService": {
    AddPeer: ["peers"],
    ApprovePeer: ["peers"],
    RefusePeer: ["peers"],
    // What was shared with it is shared with nobody, and pushes for it end.
    RemovePeer: ["peers", "pushes", "shared-repos"],
    ResyncPeer: [],
  },
  "hub.v1.PairingService": { CreatePairingToken: ["pairing-tokens"], RevokePairingToken: ["pairing-tokens"] },
  "hub.v1.FleetService": { SetInstanceHealth: [] },
  "hub.v1.PushService": {
    PutSharedRepo: ["shared-repos", "pushes"],
    RemoveSharedRepo: ["shared-repos", "pushes"],
    // What is shared with a machine is one of its permissions.
    ShareRepo: ["shared-repos", "pushes", "peers"],
    UnshareRepo: ["shared-repos", "pushes", "peers"],
    ConfirmPermissions: ["shared-repos", "pushes"],
  },
  "hub.v1.ConnectionService": { ForgetRefused: [] },
  "hub.v1.AccessService": {
    ChangePassword: [],
    AddUser: [],
    RemoveUser: [],
    SetUserRole: [],
    SetUserPassword: [],
    CreateAccessToken: [],
    RevokeAccessToken: [],
  },
};

/** The lists that are others once this change is done and in the audit log. */
export function listsChangedBy(method: DescMethod): readonly ListName[] {
  return ["access", ...(CHANGED_LISTS[method.parent.typeName]?.[method.name] ?? [])];
}
