import type { DescField } from "@bufbuild/protobuf";

/**
 * How a field is secret: all of it, the values of `NAME=value`, the values of command line flags, or the credentials
 * inside an address.
 */
export type SecretKind = "whole" | "env" | "flag" | "uri";

type FieldsOf<T> = Readonly<Record<string, Readonly<Record<string, T>>>>;

/**
 * Every secret that a Backrest may show of itself, and those in requests of changes, by message and field. There is no
 * second list.
 */
export const SECRET_FIELDS: FieldsOf<SecretKind> = {
  "v1.Repo": { uri: "uri", password: "whole", env: "env", flags: "flag" },
  "v1.Plan": { backup_flags: "flag" },
  "v1.Hook.Command": { command: "whole" },
  "v1.Hook.Webhook": { webhook_url: "whole", template: "whole" },
  "v1.Hook.Discord": { webhook_url: "whole", template: "whole" },
  "v1.Hook.Gotify": { base_url: "whole", token: "whole", template: "whole", title_template: "whole" },
  "v1.Hook.Slack": { webhook_url: "whole", template: "whole" },
  "v1.Hook.Shoutrrr": { shoutrrr_url: "whole", template: "whole" },
  "v1.Hook.Healthchecks": { webhook_url: "whole", template: "whole" },
  "v1.Hook.Telegram": { bot_token: "whole", chat_id: "whole", template: "whole" },
  "v1.PrivateKey": { ed25519priv: "whole" },
  "v1.User": { password_bcrypt: "whole" },
  "v1.Multihost.Peer": { instance_url: "uri", initial_pairing_secret: "whole" },
  "v1.Multihost.PairingToken": { secret: "whole" },
  "v1.SetupSftpRequest": { password: "whole" },
  "v1.RunCommandRequest": { command: "whole" },
  "hub.v1.AddUserRequest": { password: "whole" },
  "hub.v1.SetUserPasswordRequest": { password: "whole" },
  "hub.v1.ChangePasswordRequest": { current_password: "whole", new_password: "whole" },
};

/** Text that may be shown as it is. What stands in neither list is treated as secret as a whole. */
export const HARMLESS_FIELDS: FieldsOf<true> = {
  "v1.Config": { instance: true },
  "v1.Repo": { id: true, guid: true, origin_instance_id: true },
  "v1.Plan": { id: true, repo: true, paths: true, excludes: true, iexcludes: true },
  "v1.Schedule": { cron: true },
  "v1.PrivateKey": { keyid: true, ed25519pub: true },
  "v1.User": { name: true },
  "v1.Multihost.Peer": { instance_id: true, keyid: true },
  "v1.Multihost.PairingToken": { label: true },
  "v1.Multihost.Permission": { scopes: true },
  "v1.OpSelector": {
    plan_id: true,
    snapshot_id: true,
    instance_id: true,
    repo_guid: true,
    original_instance_keyid: true,
  },
  "v1.DoRepoTaskRequest": { repo_id: true },
  "v1.BackupRequest": { value: true },
  "v1.ForgetRequest": { repo_id: true, plan_id: true, snapshot_id: true },
  "v1.RestoreSnapshotRequest": { plan_id: true, snapshot_id: true, path: true, target: true, repo_id: true },
  "v1.RunCommandRequest": { repo_id: true },
  "v1.SetupSftpRequest": { host: true, port: true, username: true },
  "v1.RemoveRepoRequest": { repo_id: true },
  "v1.GeneratePairingTokenRequest": { label: true },
  "v1sync.SetRemoteClientConfigRequest": { peer_keyid: true, repos_to_delete: true, plans_to_delete: true },
  "hub.v1.AddPeerRequest": { instance_id: true, keyid: true },
  "hub.v1.ApprovePeerRequest": { keyid: true },
  "hub.v1.RefusePeerRequest": { keyid: true },
  "hub.v1.RemovePeerRequest": { instance_id: true, keyid: true },
  "hub.v1.CreatePairingTokenRequest": { label: true, for_instance: true },
  "hub.v1.AddUserRequest": { name: true },
  "hub.v1.RemoveUserRequest": { name: true },
  "hub.v1.SetUserRoleRequest": { name: true },
  "hub.v1.SetUserPasswordRequest": { name: true },
  "hub.v1.CreateAccessTokenRequest": { name: true },
  "hub.v1.ResyncPeerRequest": { instance_id: true, keyid: true },
  "hub.v1.SetInstanceHealthRequest": { instance_id: true },
  "hub.v1.ForgetRefusedRequest": { ids: true },
  "hub.v1.PutSharedRepoRequest": { from_instance_id: true },
  "hub.v1.RemoveSharedRepoRequest": { id: true },
  "hub.v1.ShareRepoRequest": { repo_id: true, instance_id: true },
  "hub.v1.UnshareRepoRequest": { repo_id: true, instance_id: true },
  "hub.v1.ConfirmPermissionsRequest": { instance_id: true },
};

/** How the field is secret; undefined when it may be shown. */
export function secretKind(field: DescField): SecretKind | undefined {
  const secret = SECRET_FIELDS[field.parent.typeName]?.[field.name];
  if (secret !== undefined) return secret;
  return HARMLESS_FIELDS[field.parent.typeName]?.[field.name] === true ? undefined : "whole";
}

/** What tells entries of a list apart, by message, strongest first. Lists of other messages have no such field. */
export const IDENTITY_FIELDS: Readonly<Record<string, readonly string[]>> = {
  "v1.Repo": ["guid", "id"],
  "v1.Plan": ["id"],
  "v1.User": ["name"],
  "v1.Multihost.Peer": ["keyid"],
};
