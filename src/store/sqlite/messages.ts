import type { ClearFrame, ClearOutcome } from "../clear.js";
import type {
  AccessRecords,
  AccessTokenRecord,
  AuditEntry,
  AuditQuery,
  AuditRecord,
  AuditRefusal,
  EndedSession,
  NewAccessToken,
  NewUser,
  Role,
  UserRecord,
} from "../access.js";
import type { HistoryPage, HistoryQuery } from "../history.js";
import type { DaysQuery, HealthSettings, PlanDays, PlanRuns } from "../fleet.js";
import type { LogQuery, LogRecord, NewLog } from "../logs.js";
import type {
  Grant,
  IngestFrame,
  IngestOutcome,
  ManifestFrame,
  ManifestOutcome,
  NewPeer,
  NewPeerKey,
  OperationListBytes,
  OperationQuery,
  PassEnd,
  PassOutcome,
  PassStart,
  PeerFacts,
  PeerRecord,
  StoreStats,
} from "../store.js";
import type { GroupFigures } from "../summaries.js";
import type { NewPairingToken, PairingOutcome, PairingRequest, PairingTokenRecord } from "../pairing.js";
import type { RefusalChanges, RefusalRecord } from "../refusals.js";
import type { HostGrantsRecord, NewPush, PushChange, PushQuery, PushRecord, SharedRepoRecord } from "../pushes.js";
import type { WireTable } from "../wire-table.js";
import type { FaultMessage } from "./fault.js";

/** The calls of an engine thread: for each its argument and its answer. */
export type Calls<C> = { readonly [Name in keyof C]: { readonly input: unknown; readonly output: unknown } };

/** What the writer thread does for access. */
export interface AccessWriterCalls {
  readonly addUser: { input: NewUser; output: UserRecord };
  readonly removeUser: { input: { readonly name: string }; output: UserRecord };
  readonly setUserRole: { input: { readonly name: string; readonly role: Role }; output: UserRecord };
  readonly setUserPassword: { input: { readonly name: string; readonly passwordHash: string }; output: UserRecord };
  readonly addAccessToken: { input: NewAccessToken; output: AccessTokenRecord };
  readonly revokeAccessToken: { input: { readonly id: number }; output: AccessTokenRecord };
  readonly noteTokenUse: { input: { readonly id: number; readonly atMs: number }; output: undefined };
  readonly endSession: { input: { readonly session: EndedSession; readonly nowMs: number }; output: number };
  readonly saveSessionKey: { input: { readonly sealed: Uint8Array }; output: undefined };
  readonly addAuditEntry: { input: AuditEntry; output: undefined };
  readonly addAuditRefusals: { input: readonly AuditRefusal[]; output: undefined };
}

/** What the writer thread does, in the order in which it is asked. */
export interface WriterCalls extends AccessWriterCalls {
  /** The rules for `v1.Operation` come along, since they are made from generated code that the thread does not load. */
  readonly open: { input: { readonly file: string; readonly operationRules: WireTable }; output: undefined };
  readonly addPeer: { input: NewPeer; output: PeerRecord };
  readonly addPeerKey: { input: { readonly peerId: number; readonly key: NewPeerKey }; output: PeerRecord };
  readonly removePeer: { input: { readonly peerId: number; readonly atMs: number }; output: undefined };
  readonly addPairingToken: { input: NewPairingToken; output: PairingTokenRecord };
  readonly revokePairingToken: { input: { readonly id: number }; output: PairingTokenRecord };
  readonly pair: { input: PairingRequest; output: PairingOutcome };
  readonly putSharedRepo: { input: SharedRepoRecord; output: undefined };
  readonly removeSharedRepo: { input: { readonly id: string }; output: undefined };
  readonly setPeerGrants: { input: { readonly peerId: number; readonly grants: readonly Grant[] }; output: PeerRecord };
  readonly setHostGrants: { input: HostGrantsRecord; output: undefined };
  readonly addPush: { input: { readonly push: NewPush; readonly supersedes: readonly number[] }; output: PushRecord };
  readonly changePush: { input: { readonly id: number; readonly change: PushChange }; output: PushRecord };
  readonly savePeerFacts: { input: { readonly peerId: number; readonly facts: PeerFacts }; output: undefined };
  readonly ingest: { input: IngestFrame; output: IngestOutcome };
  readonly beginPass: { input: PassStart; output: undefined };
  readonly compareManifest: { input: ManifestFrame; output: ManifestReply };
  readonly endPass: { input: PassEnd; output: PassOutcome };
  readonly clearOperations: { input: ClearFrame; output: ClearOutcome };
  readonly saveLog: { input: NewLog; output: undefined };
  readonly removeExpiredLogs: { input: { readonly nowMs: number }; output: number };
  readonly abandonPass: { input: { readonly peerId: number; readonly session: number }; output: undefined };
  readonly saveRefusals: { input: RefusalChanges; output: undefined };
  readonly saveHealthSettings: {
    input: { readonly peerId: number; readonly settings: HealthSettings };
    output: undefined;
  };
  readonly probe: { input: { readonly atMs: number }; output: undefined };
  readonly followEvents: { input: { readonly follow: boolean }; output: undefined };
  readonly close: { input: undefined; output: undefined };
}

/** What the reader thread does; it sees what is committed. */
export interface ReaderCalls {
  readonly open: { input: { readonly file: string }; output: undefined };
  readonly listPeers: { input: undefined; output: PeerRecord[] };
  readonly findPeerByKey: { input: { readonly keyid: string }; output: PeerRecord | undefined };
  readonly findPeerByInstance: { input: { readonly instanceId: string }; output: PeerRecord | undefined };
  readonly listPairingTokens: { input: undefined; output: PairingTokenRecord[] };
  readonly listRefusals: { input: undefined; output: RefusalRecord[] };
  readonly readAccess: { input: undefined; output: AccessRecords };
  readonly listAudit: { input: AuditQuery; output: AuditRecord[] };
  readonly listSharedRepos: { input: undefined; output: SharedRepoRecord[] };
  readonly findHostGrants: { input: { readonly peerId: number }; output: HostGrantsRecord | undefined };
  readonly listPushes: { input: PushQuery; output: PushRecord[] };
  readonly queryOperations: { input: OperationQuery; output: OperationListBytes };
  readonly listOperations: { input: HistoryQuery; output: HistoryPage };
  readonly findOperations: { input: OperationQuery; output: BigInt64Array<ArrayBuffer> };
  readonly summarisePeer: { input: { readonly peerId: number }; output: GroupFigures[] };
  readonly readLog: { input: LogQuery; output: LogRecord | undefined };
  readonly readBackups: { input: { readonly peerIds?: readonly number[] }; output: PlanRuns[] };
  readonly readDays: { input: DaysQuery; output: PlanDays[] };
  readonly readHealthSettings: { input: undefined; output: Map<number, HealthSettings> };
  readonly stats: { input: undefined; output: StoreStats };
  readonly close: { input: undefined; output: undefined };
}

/** A {@link ManifestOutcome} as it crosses from the writer thread. */
export interface ManifestReply extends Omit<ManifestOutcome, "failure"> {
  readonly fault?: FaultMessage;
}

/** One call on its way to the thread; its name tells what its input is. */
export type Request<C extends Calls<C>> = {
  [Name in keyof C]: { readonly id: number; readonly call: Name; readonly input: C[Name]["input"] };
}[keyof C];

export type WriterRequest = Request<WriterCalls>;
export type ReaderRequest = Request<ReaderCalls>;

export type Reply =
  | { readonly id: number; readonly output: unknown }
  | { readonly id: number; readonly fault: FaultMessage };
