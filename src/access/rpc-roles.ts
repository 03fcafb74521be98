import type { DescMethod } from "@bufbuild/protobuf";
import { HubError } from "../errors.js";
import type { Role } from "./roles.js";

/** Who may call an rpc, and whether it changes something, which the audit log then says. */
export interface RpcRule {
  readonly role: Role | "open";
  readonly change: boolean;
}

/** Calls that authenticate their callers themselves, or hide nothing. */
const OPEN: RpcRule = { role: "open", change: false };
const VIEWER: RpcRule = { role: "viewer", change: false };
const OPERATOR: RpcRule = { role: "operator", change: false };
const ADMIN: RpcRule = { role: "admin", change: false };
const OPERATOR_CHANGE: RpcRule = { role: "operator", change: true };
const ADMIN_CHANGE: RpcRule = { role: "admin", change: true };

/**
 * Every rpc that the hub serves, by service and name. There is no default: a hub does not start with an rpc that has no
 * row, nor with a row that has no rpc.
 */
export const RPC_RULES: Readonly<Record<string, Readonly<Record<string, RpcRule>>>> = {
  "v1.Authentication": { Login: OPEN, HashPassword: OPEN },
  "v1.Backrest": {
    GetConfig: VIEWER,
    GetOperationEvents: VIEWER,
    GetOperations: VIEWER,
    GetLogs: VIEWER,
    GetSummaryDashboard: VIEWER,
    ListSnapshots: VIEWER,
    ListSnapshotFiles: VIEWER,
    ClearHistory: OPERATOR_CHANGE,
    Backup: OPERATOR_CHANGE,
    DoRepoTask: OPERATOR_CHANGE,
    Forget: OPERATOR_CHANGE,
    Cancel: OPERATOR_CHANGE,
    PathAutocomplete: OPERATOR,
    CheckRepoExists: OPERATOR,
    // What follows shows or moves the content of backups, or carries passwords.
    Restore: ADMIN_CHANGE,
    GetDownloadURL: ADMIN,
    RunCommand: ADMIN_CHANGE,
    SetConfig: ADMIN_CHANGE,
    SetupSftp: ADMIN_CHANGE,
    AddRepo: ADMIN_CHANGE,
    RemoveRepo: ADMIN_CHANGE,
    // A token may allow a machine to receive shared repos, whose passwords come with them.
    GeneratePairingToken: ADMIN_CHANGE,
  },
  "v1sync.BackrestSyncService": { Sync: OPEN },
  "v1sync.BackrestSyncStateService": { GetPeerSyncStatesStream: VIEWER, SetRemoteClientConfig: ADMIN_CHANGE },
  "hub.v1.HubService": { GetIdentity: VIEWER, GetStatus: VIEWER },
  "hub.v1.PeersService": {
    ListPeers: VIEWER,
    // Where secrets go to a peer, another key for it takes an admin: the handlers look.
    AddPeer: OPERATOR_CHANGE,
    ApprovePeer: OPERATOR_CHANGE,
    RefusePeer: OPERATOR_CHANGE,
    RemovePeer: OPERATOR_CHANGE,
    ResyncPeer: OPERATOR_CHANGE,
  },
  "hub.v1.PairingService": {
    ListPairingTokens: OPERATOR,
    CreatePairingToken: ADMIN_CHANGE,
    RevokePairingToken: OPERATOR_CHANGE,
  },
  "hub.v1.FleetService": {
    GetFleet: VIEWER,
    WatchFleet: VIEWER,
    GetHistory: VIEWER,
    SetInstanceHealth: OPERATOR_CHANGE,
  },
  "hub.v1.HistoryService": { ListOperations: VIEWER },
  "hub.v1.BoardService": { WatchBoard: VIEWER },
  "hub.v1.PushService": {
    ListPushes: VIEWER,
    ListSharedRepos: VIEWER,
    // What is shared are passwords, and what is pushed is what machines back up to.
    PutSharedRepo: ADMIN_CHANGE,
    RemoveSharedRepo: ADMIN_CHANGE,
    ShareRepo: ADMIN_CHANGE,
    UnshareRepo: ADMIN_CHANGE,
    ConfirmPermissions: ADMIN_CHANGE,
    GetPermissions: VIEWER,
    // These tell whether a guess at a secret differs from it.
    ShowDifference: ADMIN,
    PreviewSharedRepo: ADMIN,
  },
  "hub.v1.ConnectionService": {
    ListConnections: VIEWER,
    ListRefused: VIEWER,
    WatchRefused: VIEWER,
    ForgetRefused: OPERATOR_CHANGE,
  },
  "hub.v1.AccessService": {
    GetSignIn: OPEN,
    Login: OPEN,
    Logout: OPEN,
    WhoAmI: VIEWER,
    // Only ever one's own.
    ChangePassword: { role: "viewer", change: true },
    ListUsers: ADMIN,
    AddUser: ADMIN_CHANGE,
    RemoveUser: ADMIN_CHANGE,
    SetUserRole: ADMIN_CHANGE,
    SetUserPassword: ADMIN_CHANGE,
    ListAccessTokens: ADMIN,
    CreateAccessToken: ADMIN_CHANGE,
    RevokeAccessToken: ADMIN_CHANGE,
    ListAuditEvents: ADMIN,
  },
  "grpc.health.v1.Health": { Check: OPEN, List: OPEN, Watch: OPEN },
  "grpc.reflection.v1.ServerReflection": { ServerReflectionInfo: OPEN },
  "grpc.reflection.v1alpha.ServerReflection": { ServerReflectionInfo: OPEN },
};

/** @throws HubError `internal` when the rpc has no row */
export function ruleOf(method: DescMethod): RpcRule {
  const rule = findRule(method);
  if (rule === undefined)
    throw new HubError("internal", `the rpc ${rpcName(method)} has no row in src/access/rpc-roles.ts`);
  return rule;
}

/** As `hub.v1.PeersService/RemovePeer`. */
export function rpcName(method: DescMethod): string {
  return `${method.parent.typeName}/${method.name}`;
}

/** @throws HubError `internal` naming every rpc without a row and every row without an rpc */
export function assertRulesFit(served: readonly DescMethod[], rules = RPC_RULES): void {
  const names = new Set(served.map(rpcName));
  const rows = Object.entries(rules).flatMap(([service, methods]) =>
    Object.keys(methods).map((name) => `${service}/${name}`),
  );
  const problems = [
    ...[...names].filter((name) => !rows.includes(name)).map((name) => `the rpc ${name} has no row`),
    ...rows.filter((name) => !names.has(name)).map((name) => `the row ${name} has no rpc`),
  ];
  if (problems.length === 0) return;
  throw new HubError("internal", `src/access/rpc-roles.ts does not fit what the hub serves: ${problems.join("; ")}`);
}

function findRule(method: DescMethod): RpcRule | undefined {
  const methods = Object.hasOwn(RPC_RULES, method.parent.typeName) ? RPC_RULES[method.parent.typeName] : undefined;
  return methods !== undefined && Object.hasOwn(methods, method.name) ? methods[method.name] : undefined;
}
