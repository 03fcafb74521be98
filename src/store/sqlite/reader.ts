import type { DatabaseSync } from "node:sqlite";
import type { Transferable } from "node:worker_threads";
import type { DaysQuery, PlanDays } from "../fleet.js";
import type { HistoryPage, HistoryQuery } from "../history.js";
import type { LogQuery, LogRecord } from "../logs.js";
import type { OperationListBytes, OperationQuery, StoreStats } from "../store.js";
import { AccessRows } from "./access-rows.js";
import { AuditQueries } from "./audit-queries.js";
import { BackupQueries } from "./backup-queries.js";
import { HealthRows } from "./health-rows.js";
import { HistoryQueries } from "./history-queries.js";
import { LogQueries } from "./log-queries.js";
import type { ReaderRequest } from "./messages.js";
import { OperationQueries } from "./operation-queries.js";
import { PeerRows } from "./peer-rows.js";
import { RefusalRows } from "./refusal-rows.js";
import { PushRows } from "./push-rows.js";
import { Statement } from "./statement.js";
import { Summaries } from "./summaries.js";
import { TokenRows, withoutHash } from "./token-rows.js";

/** Carries out what the reader thread is asked for, each call over one state of the database. */
export class Reader {
  private readonly peers: PeerRows;
  private readonly tokens: TokenRows;
  private readonly pushes: PushRows;
  private readonly operations: OperationQueries;
  private readonly history: HistoryQueries;
  private readonly logs: LogQueries;
  private readonly refusals: RefusalRows;
  private readonly summaries: Summaries;
  private readonly access: AccessRows;
  private readonly audit: AuditQueries;
  private readonly backups: BackupQueries;
  private readonly health: HealthRows;
  private readonly begin: Statement;
  private readonly end: Statement;
  private readonly selectStats: Statement<[peers: bigint, live: bigint, removed: bigint, poison: bigint]>;

  constructor(db: DatabaseSync) {
    this.peers = new PeerRows(db);
    this.tokens = new TokenRows(db);
    this.pushes = new PushRows(db);
    this.operations = new OperationQueries(db);
    this.history = new HistoryQueries(db);
    this.logs = new LogQueries(db);
    this.refusals = new RefusalRows(db);
    this.summaries = new Summaries(db);
    this.access = new AccessRows(db);
    this.audit = new AuditQueries(db);
    this.backups = new BackupQueries(db);
    this.health = new HealthRows(db);
    this.begin = new Statement(db, "BEGIN");
    this.end = new Statement(db, "COMMIT");
    this.selectStats = new Statement(
      db,
      `SELECT (SELECT count(*) FROM peers WHERE removed_ms IS NULL),
         coalesce(sum(live), 0), coalesce(sum(removed), 0), coalesce(sum(poison), 0)
       FROM peer_counts`,
    );
  }

  /** Buffers of the answer that are handed over instead of copied go into `transfers`. */
  handle(request: ReaderRequest, transfers: Transferable[]): unknown {
    this.begin.run();
    try {
      return this.carryOut(request, transfers);
    } finally {
      this.end.run();
    }
  }

  private carryOut(request: ReaderRequest, transfers: Transferable[]): unknown {
    switch (request.call) {
      case "listPeers":
        return this.peers.all();
      case "findPeerByKey":
        return this.peers.byKey(request.input.keyid);
      case "findPeerByInstance":
        return this.peers.byInstance(request.input.instanceId);
      case "listPairingTokens":
        return this.tokens.all().map(withoutHash);
      case "listRefusals":
        return this.refusals.all();
      case "readAccess":
        return this.access.all();
      case "listAudit":
        return this.audit.run(request.input);
      case "listSharedRepos":
        return this.pushes.sharedRepos();
      case "findHostGrants":
        return this.pushes.hostGrants(request.input.peerId);
      case "listPushes":
        return this.pushes.list(request.input);
      case "queryOperations":
        return this.query(request.input, transfers);
      case "listOperations":
        return this.page(request.input, transfers);
      case "findOperations":
        return this.find(request.input, transfers);
      case "summarisePeer":
        return this.summaries.ofPeer(request.input.peerId);
      case "readLog":
        return this.readLog(request.input, transfers);
      case "readBackups":
        return this.backups.runs(request.input.peerIds);
      case "readDays":
        return this.days(request.input, transfers);
      case "readHealthSettings":
        return this.health.all();
      case "stats":
        return this.stats();
      default:
        throw new Error(`the reader does not know the call ${request.call}`);
    }
  }

  private query(query: OperationQuery, transfers: Transferable[]): OperationListBytes {
    const answer = this.operations.run(query);
    transfers.push(answer.bytes.buffer);
    return answer;
  }

  private page(query: HistoryQuery, transfers: Transferable[]): HistoryPage {
    const page = this.history.run(query);
    transfers.push(page.bytes.buffer);
    return page;
  }

  private find(query: OperationQuery, transfers: Transferable[]): BigInt64Array<ArrayBuffer> {
    const ids = this.operations.find(query).values().slice();
    transfers.push(ids.buffer);
    return ids;
  }

  private readLog(query: LogQuery, transfers: Transferable[]): LogRecord | undefined {
    const log = this.logs.describe(query);
    if (log === undefined) return undefined;
    const kept = this.logs.read(query);
    if (kept === undefined) return log;
    transfers.push(kept.content.buffer);
    return { ...log, kept };
  }

  private days(query: DaysQuery, transfers: Transferable[]): PlanDays[] {
    const plans = this.backups.days(query);
    for (const { cells } of plans) transfers.push(cells.buffer);
    return plans;
  }

  private stats(): StoreStats {
    const [peers, operations, removed, poison] = this.selectStats.get() ?? [0n, 0n, 0n, 0n];
    return { peers: Number(peers), operations, removed, poison, logs: this.logs.stats() };
  }
}
