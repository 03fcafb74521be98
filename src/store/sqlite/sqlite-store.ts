import { OperationSchema } from "../../../gen/v1/operations_pb.js";
import { HubError } from "../../errors.js";
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
import type { ClearFrame, ClearOutcome } from "../clear.js";
import type { DaysQuery, HealthSettings, PlanDays, PlanRuns } from "../fleet.js";
import type { HistoryPage, HistoryQuery } from "../history.js";
import type { LogQuery, LogRecord, NewLog } from "../logs.js";
import type { StoreOptions } from "../open.js";
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
  Store,
  StoreStats,
} from "../store.js";
import type { HostGrantsRecord, NewPush, PushChange, PushQuery, PushRecord, SharedRepoRecord } from "../pushes.js";
import type { NewPairingToken, PairingOutcome, PairingRequest, PairingTokenRecord } from "../pairing.js";
import type { RefusalChanges, RefusalRecord } from "../refusals.js";
import type { GroupFigures } from "../summaries.js";
import { compileWireTable } from "../wire-table.js";
import { MAX_QUERY_IDS } from "../answer-limits.js";
import { tooManyIds } from "./answer-limits.js";
import { EngineThread, hubErrorOf } from "./engine-thread.js";
import { faultMessage } from "./fault.js";
import type { WriterCalls } from "./messages.js";
import { ReadingThread } from "./reading-thread.js";

/** Starts the threads and opens the database; the readers wait for the schema that the writer makes. */
export async function openSqliteStore(options: StoreOptions): Promise<Store> {
  const { file, onFailure = () => {} } = options;
  // While the store opens, and once it has failed, nobody needs to hear of it here.
  let reporting = false;
  const failOnce = (error: HubError) => {
    if (reporting) onFailure(error);
    reporting = false;
  };
  const writer = new EngineThread<WriterCalls>(new URL("./writer-worker.js", import.meta.url), "writer", failOnce);
  const script = new URL("./reader-worker.js", import.meta.url);
  const reader = new ReadingThread({ script, title: "reader", file, onFailure: failOnce });
  const peerReader = new ReadingThread({ script, title: "reader of peers", file, onFailure: failOnce });
  try {
    await writer.call("open", { file, operationRules: compileWireTable(OperationSchema) });
    await Promise.all([reader.open(), peerReader.open()]);
  } catch (error) {
    await Promise.all([writer.stop(), reader.stop(), peerReader.stop()]);
    throw namingTheFile(file, error);
  }
  reporting = true;
  return new SqliteStore(writer, reader, peerReader);
}

/**
 * The store over one SQLite file: writes go to one thread, reads of operations to another, and reads of peers to a third,
 * so that nobody who connects waits behind somebody's large read. That thread costs about 10 MiB; reading on the main
 * thread instead would cost nothing until the disk is slow or the file is locked, when everything would stand still.
 */
class SqliteStore implements Store {
  private closing: Promise<void> | undefined;

  constructor(
    private readonly writer: EngineThread<WriterCalls>,
    private readonly reader: ReadingThread,
    private readonly peerReader: ReadingThread,
  ) {}

  listPeers(): Promise<PeerRecord[]> {
    return this.peerReader.call("listPeers", undefined);
  }

  findPeerByKey(keyid: string): Promise<PeerRecord | undefined> {
    return this.peerReader.call("findPeerByKey", { keyid });
  }

  findPeerByInstance(instanceId: string): Promise<PeerRecord | undefined> {
    return this.peerReader.call("findPeerByInstance", { instanceId });
  }

  addPeer(peer: NewPeer): Promise<PeerRecord> {
    return this.writer.call("addPeer", peer);
  }

  addPeerKey(peerId: number, key: NewPeerKey): Promise<PeerRecord> {
    return this.writer.call("addPeerKey", { peerId, key });
  }

  removePeer(peerId: number, atMs: number): Promise<void> {
    return this.writer.call("removePeer", { peerId, atMs });
  }

  savePeerFacts(peerId: number, facts: PeerFacts): Promise<void> {
    return this.writer.call("savePeerFacts", { peerId, facts });
  }

  addPairingToken(token: NewPairingToken): Promise<PairingTokenRecord> {
    return this.writer.call("addPairingToken", token);
  }

  listPairingTokens(): Promise<PairingTokenRecord[]> {
    return this.peerReader.call("listPairingTokens", undefined);
  }

  revokePairingToken(id: number): Promise<PairingTokenRecord> {
    return this.writer.call("revokePairingToken", { id });
  }

  pair(request: PairingRequest): Promise<PairingOutcome> {
    return this.writer.call("pair", request);
  }

  listSharedRepos(): Promise<SharedRepoRecord[]> {
    return this.peerReader.call("listSharedRepos", undefined);
  }

  putSharedRepo(repo: SharedRepoRecord): Promise<void> {
    return this.writer.call("putSharedRepo", repo);
  }

  removeSharedRepo(id: string): Promise<void> {
    return this.writer.call("removeSharedRepo", { id });
  }

  setPeerGrants(peerId: number, grants: readonly Grant[]): Promise<PeerRecord> {
    return this.writer.call("setPeerGrants", { peerId, grants });
  }

  findHostGrants(peerId: number): Promise<HostGrantsRecord | undefined> {
    return this.peerReader.call("findHostGrants", { peerId });
  }

  setHostGrants(record: HostGrantsRecord): Promise<void> {
    return this.writer.call("setHostGrants", record);
  }

  addPush(push: NewPush, supersedes: readonly number[]): Promise<PushRecord> {
    return this.writer.call("addPush", { push, supersedes });
  }

  changePush(id: number, change: PushChange): Promise<PushRecord> {
    return this.writer.call("changePush", { id, change });
  }

  listPushes(query: PushQuery): Promise<PushRecord[]> {
    return this.peerReader.call("listPushes", query);
  }

  ingest(frame: IngestFrame): Promise<IngestOutcome> {
    const event = ownBuffer(frame.event);
    return this.writer.call("ingest", { ...frame, event }, [event.buffer]);
  }

  beginPass(pass: PassStart): Promise<void> {
    return this.writer.call("beginPass", pass);
  }

  async compareManifest(manifest: ManifestFrame): Promise<ManifestOutcome> {
    const { opIds, modnos } = manifest;
    const reply = await this.writer.call("compareManifest", manifest, [opIds.buffer, modnos.buffer]);
    const { fault, ...outcome } = reply;
    return fault === undefined ? outcome : { ...outcome, failure: hubErrorOf(fault) };
  }

  endPass(pass: PassEnd): Promise<PassOutcome> {
    return this.writer.call("endPass", pass);
  }

  abandonPass(peerId: number, session: number): Promise<void> {
    return this.writer.call("abandonPass", { peerId, session });
  }

  queryOperations(query: OperationQuery): Promise<OperationListBytes> {
    // Here too, since what goes over to the thread is copied into its small heap.
    if (query.ids !== undefined && query.ids.length > MAX_QUERY_IDS) {
      return Promise.reject(hubErrorOf(faultMessage(tooManyIds())));
    }
    return this.reader.call("queryOperations", query);
  }

  listOperations(query: HistoryQuery): Promise<HistoryPage> {
    return this.reader.call("listOperations", query);
  }

  findOperations(query: OperationQuery): Promise<BigInt64Array<ArrayBuffer>> {
    if (query.ids !== undefined && query.ids.length > MAX_QUERY_IDS) {
      return Promise.reject(hubErrorOf(faultMessage(tooManyIds())));
    }
    return this.reader.call("findOperations", query);
  }

  clearOperations(frame: ClearFrame): Promise<ClearOutcome> {
    return this.writer.call("clearOperations", frame, [frame.ids.buffer]);
  }

  summarisePeer(peerId: number): Promise<GroupFigures[]> {
    return this.reader.call("summarisePeer", { peerId });
  }

  readLog(query: LogQuery): Promise<LogRecord | undefined> {
    return this.reader.call("readLog", query);
  }

  saveLog(log: NewLog): Promise<void> {
    const content = ownBuffer(log.content);
    return this.writer.call("saveLog", { ...log, content }, [content.buffer]);
  }

  removeExpiredLogs(nowMs: number): Promise<number> {
    return this.writer.call("removeExpiredLogs", { nowMs });
  }

  listRefusals(): Promise<RefusalRecord[]> {
    return this.peerReader.call("listRefusals", undefined);
  }

  saveRefusals(changes: RefusalChanges): Promise<void> {
    return this.writer.call("saveRefusals", changes);
  }

  readAccess(): Promise<AccessRecords> {
    return this.peerReader.call("readAccess", undefined);
  }

  addUser(user: NewUser): Promise<UserRecord> {
    return this.writer.call("addUser", user);
  }

  removeUser(name: string): Promise<UserRecord> {
    return this.writer.call("removeUser", { name });
  }

  setUserRole(name: string, role: Role): Promise<UserRecord> {
    return this.writer.call("setUserRole", { name, role });
  }

  setUserPassword(name: string, passwordHash: string): Promise<UserRecord> {
    return this.writer.call("setUserPassword", { name, passwordHash });
  }

  addAccessToken(token: NewAccessToken): Promise<AccessTokenRecord> {
    return this.writer.call("addAccessToken", token);
  }

  revokeAccessToken(id: number): Promise<AccessTokenRecord> {
    return this.writer.call("revokeAccessToken", { id });
  }

  noteTokenUse(id: number, atMs: number): Promise<void> {
    return this.writer.call("noteTokenUse", { id, atMs });
  }

  endSession(session: EndedSession, nowMs: number): Promise<number> {
    return this.writer.call("endSession", { session, nowMs });
  }

  saveSessionKey(sealed: Uint8Array): Promise<void> {
    return this.writer.call("saveSessionKey", { sealed });
  }

  addAuditEntry(entry: AuditEntry): Promise<void> {
    return this.writer.call("addAuditEntry", entry);
  }

  addAuditRefusals(refusals: readonly AuditRefusal[]): Promise<void> {
    return this.writer.call("addAuditRefusals", refusals);
  }

  listAudit(query: AuditQuery): Promise<AuditRecord[]> {
    return this.reader.call("listAudit", query);
  }

  readBackups(peerIds?: readonly number[]): Promise<PlanRuns[]> {
    return this.peerReader.call("readBackups", peerIds === undefined ? {} : { peerIds });
  }

  readDays(query: DaysQuery): Promise<PlanDays[]> {
    return this.reader.call("readDays", query);
  }

  readHealthSettings(): Promise<Map<number, HealthSettings>> {
    return this.peerReader.call("readHealthSettings", undefined);
  }

  saveHealthSettings(peerId: number, settings: HealthSettings): Promise<void> {
    return this.writer.call("saveHealthSettings", { peerId, settings });
  }

  stats(): Promise<StoreStats> {
    return this.peerReader.call("stats", undefined);
  }

  async probe(): Promise<void> {
    // A session opens only when its peer can be looked up.
    await Promise.all([
      this.writer.call("probe", { atMs: Date.now() }),
      this.peerReader.call("findPeerByKey", { keyid: "" }),
    ]);
  }

  followEvents(follow: boolean): Promise<void> {
    return this.writer.call("followEvents", { follow });
  }

  close(): Promise<void> {
    this.closing ??= this.closeThreads();
    return this.closing;
  }

  private async closeThreads(): Promise<void> {
    // The readers first: the last connection to close writes the log back and removes it. One that cannot be closed keeps
    // nothing from the disk.
    await Promise.allSettled([this.reader.close(), this.peerReader.close()]);
    try {
      await this.writer.call("close", undefined);
    } finally {
      await this.writer.stop();
    }
  }
}

/** What stands around an event in the message that brought it is less; what Node keeps many small buffers in, is more. */
const MOST_SLACK_BYTES = 1024;

/**
 * The bytes in a buffer that holds little else, since the whole buffer is handed over: a small part of a large one would
 * keep all of it, which no queue counts.
 */
function ownBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength - byteLength <= MOST_SLACK_BYTES) {
    return new Uint8Array(buffer, byteOffset, byteLength);
  }
  return new Uint8Array(bytes);
}

function namingTheFile(file: string, reason: unknown): HubError {
  const { code, message, cause, level } = HubError.from(reason);
  return new HubError(code, `the store in ${file} cannot be opened: ${message}`, { cause, level });
}
