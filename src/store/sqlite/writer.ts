import type { DatabaseSync } from "node:sqlite";
import type { ManifestFrame, Mark, PassEnd, PassOutcome, PassStart, PeerFacts } from "../store.js";
import type { WireTable } from "../wire-table.js";
import { AccessChanges } from "./access-changes.js";
import { ActivePeers } from "./active-peers.js";
import { Announcement } from "./announcement.js";
import { Clearing } from "./clearing.js";
import { HealthRows } from "./health-rows.js";
import { IdList } from "./id-list.js";
import { Ingest } from "./ingest.js";
import { LogRows } from "./log-rows.js";
import type { FaultMessage } from "./fault.js";
import { Manifests } from "./manifests.js";
import type { ManifestReply, WriterCalls, WriterRequest } from "./messages.js";
import { Numbers } from "./numbers.js";
import { OperationPlacer } from "./operation-placer.js";
import { PairingTokens } from "./pairing-tokens.js";
import { type PassFindings, Passes } from "./passes.js";
import { PeerChanges } from "./peer-changes.js";
import { without } from "./sorted-ids.js";
import { RefusalChangesWriter } from "./refusal-rows.js";
import { PushChanges } from "./push-changes.js";
import { Statement } from "./statement.js";
import type { Work } from "./work.js";
import { UNFINISHED, type WriteTarget } from "./write-queue.js";

/** Carries out what the writer thread is asked for, inside the transactions of its queue. */
export class Writer implements WriteTarget {
  private readonly peers: ActivePeers;
  private readonly changes: PeerChanges;
  private readonly tokens: PairingTokens;
  private readonly pushes: PushChanges;
  private readonly numbers: Numbers;
  private readonly placer: OperationPlacer;
  private readonly passes: Passes;
  private readonly manifests: Manifests;
  private readonly ingest: Ingest;
  private readonly logs: LogRows;
  private readonly refusals: RefusalChangesWriter;
  private readonly clearing: Clearing;
  private readonly access: AccessChanges;
  private readonly health: HealthRows;
  private readonly saveProbe: Statement;
  /** Facts of this transaction, those of one peer together. */
  private readonly facts = new Map<number, PeerFacts>();

  constructor(db: DatabaseSync, operationRules: WireTable) {
    this.peers = new ActivePeers(db);
    this.changes = new PeerChanges(db, this.peers);
    this.tokens = new PairingTokens(db, this.changes);
    this.pushes = new PushChanges(db, this.peers);
    this.numbers = new Numbers(db);
    this.placer = new OperationPlacer(db, this.peers, this.numbers);
    this.passes = new Passes(db);
    this.manifests = new Manifests(db);
    this.ingest = new Ingest(db, this.peers, this.placer, this.passes, operationRules);
    this.logs = new LogRows(db);
    this.refusals = new RefusalChangesWriter(db);
    this.clearing = new Clearing(db, this.peers, this.numbers);
    this.access = new AccessChanges(db);
    this.health = new HealthRows(db);
    this.saveProbe = new Statement(db, "UPDATE meta SET value = ? WHERE name = 'last_probe_ms'");
  }

  handle(request: WriterRequest, work: Work): unknown {
    switch (request.call) {
      case "addPeer":
        return this.changes.add(request.input);
      case "addPeerKey":
        return this.changes.addKey(request.input.peerId, request.input.key);
      case "removePeer":
        return this.removePeer(request.input.peerId, request.input.atMs, work);
      case "addPairingToken":
        return this.tokens.add(request.input);
      case "revokePairingToken":
        return this.tokens.revoke(request.input.id);
      case "pair":
        return this.tokens.pair(request.input);
      case "putSharedRepo":
        return this.pushes.putShared(request.input);
      case "removeSharedRepo":
        return this.pushes.removeShared(request.input.id);
      case "setPeerGrants":
        return this.pushes.setPeerGrants(request.input.peerId, request.input.grants);
      case "setHostGrants":
        return this.pushes.setHostGrants(request.input);
      case "addPush":
        return this.pushes.add(request.input.push, request.input.supersedes);
      case "changePush":
        return this.pushes.change(request.input.id, request.input.change);
      case "savePeerFacts":
        return this.saveFacts(request.input.peerId, request.input.facts);
      case "ingest":
        return this.ingest.store(request.input, work);
      case "beginPass":
        return this.beginPass(request.input);
      case "compareManifest":
        return this.compareManifest(request.id, request.input, work);
      case "endPass":
        return this.endPass(request.input, work);
      case "clearOperations":
        return this.clearing.run(request.input, this.ingest.following, work);
      case "saveLog":
        return this.logs.save(request.input);
      case "removeExpiredLogs":
        return this.logs.removeExpired(request.input.nowMs);
      case "saveHealthSettings":
        return this.saveHealth(request.input);
      case "abandonPass":
        return this.passes.abandon(request.input.peerId, request.input.session);
      case "saveRefusals":
        return this.refusals.save(request.input);
      case "probe":
        return this.saveProbe.run(request.input.atMs);
      case "followEvents":
        return this.follow(request.input.follow);
      default:
        return this.access.handle(request);
    }
  }

  get pendingOperations(): number {
    return this.ingest.operations;
  }

  beforeCommit(): void {
    for (const [peerId, facts] of this.facts) this.changes.save(peerId, facts);
    this.facts.clear();
    this.peers.save();
    this.placer.save();
    this.numbers.save();
    this.ingest.operations = 0;
  }

  rolledBack(): void {
    this.facts.clear();
    this.peers.forget();
    this.placer.forget();
    this.numbers.forget();
    this.ingest.operations = 0;
  }

  rejected(request: WriterRequest, fault: FaultMessage): unknown {
    // A pass that misses a message cannot tell what did not come.
    if (request.call === "ingest") this.passes.forgetPeer(request.input.peerId);
    // Nobody asks again: the session is over, whether the database can be written or not.
    if (request.call === "abandonPass") this.passes.abandon(request.input.peerId, request.input.session);
    return request.call === "compareManifest" ? this.manifests.rejected(request.id, fault) : undefined;
  }

  private removePeer(peerId: number, atMs: number, work: Work): void {
    this.changes.removePeer(peerId, atMs);
    work.afterCommit(() => this.passes.forgetPeer(peerId));
  }

  private saveHealth({ peerId, settings }: WriterCalls["saveHealthSettings"]["input"]): void {
    this.peers.get(peerId);
    this.health.save(peerId, settings);
  }

  private saveFacts(peerId: number, facts: PeerFacts): void {
    this.peers.get(peerId);
    this.facts.set(peerId, { ...this.facts.get(peerId), ...facts });
  }

  private beginPass(pass: PassStart): void {
    this.peers.get(pass.peerId);
    this.passes.begin(pass, this.numbers.latestChange());
  }

  private compareManifest(requestId: number, frame: ManifestFrame, work: Work): ManifestReply | typeof UNFINISHED {
    const peer = this.peers.get(frame.peerId);
    const ground = {
      highest: peer.highestOriginalId,
      soFar: () => this.passes.soFar(peer.id, frame.session),
      remove: (id: bigint) => this.placer.remove(peer, id, frame.atMs),
      following: this.ingest.following,
      takeTouched: () => this.placer.runs.takeTouched(),
    };
    const reply = this.manifests.goOn(requestId, frame, ground, work);
    if (reply === UNFINISHED) return UNFINISHED;
    const asked = { wanted: reply.wanted.slice(), at: this.numbers.latestChange() };
    this.passes.asked(peer.id, frame.session, asked, work);
    return reply;
  }

  private follow(follow: boolean): void {
    this.ingest.following = follow;
  }

  private endPass(end: PassEnd, work: Work): PassOutcome {
    const peer = this.peers.get(end.peerId);
    const findings = this.passes.end(end, work);
    if (findings === undefined)
      return { markHeld: false, ...markOf(this.passes.mark(peer.id)), removed: 0, events: [] };
    const announcement = new Announcement(this.ingest.following);
    const gone = this.gone(peer.id, findings);
    for (const id of gone.values()) {
      this.placer.remove(peer, id, end.atMs);
      announcement.addDeleted(id);
    }
    this.passes.keepMark(peer.id, findings.mark);
    return {
      markHeld: findings.markHeld,
      ...markOf(findings.mark),
      removed: gone.length,
      events: announcement.events(work),
      ...this.touched(),
    };
  }

  private touched(): { backupsChanged?: boolean } {
    return this.placer.runs.takeTouched() ? { backupsChanged: true } : {};
  }

  /** Hub ids of the peer's live rows that it does not have any more. */
  private gone(peerId: number, { came, wanted }: PassFindings): IdList {
    if (came === undefined) return new IdList();
    return wanted === undefined ? this.missing(peerId, came) : this.unanswered(peerId, wanted, came);
  }

  /** What was asked for and did not come; both are in ascending order. */
  private unanswered(peerId: number, wanted: BigInt64Array, came: BigInt64Array): IdList {
    const gone = new IdList();
    for (const originalId of without(wanted, came)) {
      const live = this.placer.rows.live(peerId, originalId);
      if (live !== undefined) gone.add(live.id);
    }
    return gone;
  }

  /** Hub ids of the peer's live rows whose number is not among those that came; both are in ascending order. */
  private missing(peerId: number, came: BigInt64Array): IdList {
    const gone = new IdList();
    let next = 0;
    for (const [id, originalId] of this.placer.rows.liveIds(peerId)) {
      while (next < came.length && (came[next] ?? 0n) < originalId) next += 1;
      if (came[next] !== originalId) gone.add(id);
    }
    return gone;
  }
}

function markOf(mark: Mark | undefined): { mark?: Mark } {
  return mark === undefined ? {} : { mark };
}
