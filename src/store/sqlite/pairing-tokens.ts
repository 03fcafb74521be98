import type { DatabaseSync } from "node:sqlite";
import {
  ENDED_TOKENS_KEPT_MS,
  judgeToken,
  MAX_PAIRING_TOKENS,
  MAX_TOKEN_USERS,
  type NewPairingToken,
  type PairingOutcome,
  type PairingRequest,
  type PairingTokenRecord,
} from "../pairing.js";
import type { PeerRecord } from "../store.js";
import { StoreFault } from "./fault.js";
import { grantsToJson } from "./grants-json.js";
import type { PeerChanges } from "./peer-changes.js";
import { PeerRows } from "./peer-rows.js";
import { Statement } from "./statement.js";
import { type StoredToken, TokenRows, withoutHash } from "./token-rows.js";

const USED_UP = "(max_uses IS NOT NULL AND uses >= max_uses)";
/** Wants the time, once. */
const ENDED = `(${USED_UP} OR (expires_ms IS NOT NULL AND expires_ms < ?))`;
const ENDED_MS = `CASE WHEN ${USED_UP} THEN coalesce(last_used_ms, created_ms) ELSE expires_ms END`;

/** Makes and revokes pairing tokens and decides who pairs, each inside the transaction of its request. */
export class PairingTokens {
  private readonly rows: TokenRows;
  private readonly peers: PeerRows;
  private readonly insert: Statement<[bigint]>;
  private readonly remove: Statement;
  private readonly use: Statement;
  private readonly countGood: Statement<[bigint]>;
  private readonly count: Statement<[bigint]>;
  private readonly removeLongEnded: Statement;
  private readonly removeOldestEnded: Statement;
  private readonly ownerOfKey: Statement<[peerId: bigint, removedMs: bigint | null, isCurrent: bigint]>;
  private readonly setGrants: Statement;

  constructor(
    db: DatabaseSync,
    private readonly changes: PeerChanges,
  ) {
    this.rows = new TokenRows(db);
    this.peers = new PeerRows(db);
    this.insert = new Statement(
      db,
      `INSERT INTO pairing_tokens (secret_hash, label, created_ms, created_by, expires_ms, max_uses, for_instance, grants)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
    );
    this.remove = new Statement(db, "DELETE FROM pairing_tokens WHERE id = ?");
    this.use = new Statement(
      db,
      "UPDATE pairing_tokens SET uses = uses + 1, last_used_ms = ?, used_by = ? WHERE id = ?",
    );
    this.countGood = new Statement(db, `SELECT count(*) FROM pairing_tokens WHERE NOT ${ENDED}`);
    this.count = new Statement(db, "SELECT count(*) FROM pairing_tokens");
    this.removeLongEnded = new Statement(db, `DELETE FROM pairing_tokens WHERE ${ENDED} AND ${ENDED_MS} < ?`);
    this.removeOldestEnded = new Statement(
      db,
      `DELETE FROM pairing_tokens
       WHERE id IN (SELECT id FROM pairing_tokens WHERE ${ENDED} ORDER BY ${ENDED_MS}, id LIMIT ?)`,
    );
    this.ownerOfKey = new Statement(
      db,
      `SELECT peers.id, peers.removed_ms, peer_keys.is_current FROM peer_keys
       JOIN peers ON peers.id = peer_keys.peer_id WHERE peer_keys.keyid = ?`,
    );
    this.setGrants = new Statement(db, "UPDATE peers SET grants = ? WHERE id = ?");
  }

  /** Errors: `failed_precondition` when too many tokens are still good. */
  add(token: NewPairingToken): PairingTokenRecord {
    const { secretHash, label, createdMs, createdBy, expiresMs, maxUses, forInstance, grants } = token;
    if (Number(this.countGood.get(createdMs)?.[0] ?? 0n) >= MAX_PAIRING_TOKENS) {
      throw new StoreFault(
        "failed_precondition",
        `the hub has ${MAX_PAIRING_TOKENS} pairing tokens that are still good, which is all it keeps; revoke some that nobody needs`,
      );
    }
    this.removeLongEnded.run(createdMs, createdMs - ENDED_TOKENS_KEPT_MS);
    const spare = Number(this.count.get()?.[0] ?? 0n) - MAX_PAIRING_TOKENS + 1;
    if (spare > 0) this.removeOldestEnded.run(createdMs, spare);
    const id = this.insert.get(
      secretHash,
      label,
      createdMs,
      createdBy,
      expiresMs ?? null,
      maxUses ?? null,
      forInstance ?? null,
      grantsToJson(grants),
    )?.[0];
    return withoutHash(this.stored(Number(id)));
  }

  /** Errors: `not_found`. */
  revoke(id: number): PairingTokenRecord {
    const token = this.rows.byId(id);
    if (token === undefined) {
      throw new StoreFault("not_found", `no pairing token has the id ${id}; it was revoked or forgotten after its end`);
    }
    this.remove.run(id);
    return withoutHash(token);
  }

  /** Decides on the state of this moment and records it; a refusal changes nothing. */
  pair(request: PairingRequest): PairingOutcome {
    const { keyid, instanceId, generation, secretHash, atMs } = request;
    const [owner, removedMs, isCurrent] = this.ownerOfKey.get(keyid) ?? [];
    const ownerIsActive = owner !== undefined && removedMs === null;
    const { token: judged, refusal } = judgeToken(this.rows.toJudge(), secretHash, atMs);
    // Before the verdict on the token: a machine that dials twice at once has used up its token with the first.
    if (ownerIsActive && isCurrent === 1n) return { kind: "refused", reason: "key-known" };
    if (judged === undefined) return { kind: "refused", reason: refusal };
    const token = this.stored(judged.id);
    const shown = withoutHash(token);
    if (refusal !== undefined) return { kind: "refused", reason: refusal, token: shown };
    if (token.forInstance !== undefined && token.forInstance !== instanceId) {
      return { kind: "refused", reason: "other-instance", token: shown };
    }
    const namesake = this.peers.byInstance(instanceId);
    const isOwnKey = namesake !== undefined && owner === BigInt(namesake.id);
    if (namesake !== undefined && token.forInstance === undefined) {
      // A key that its peer has replaced comes back only where a person said so.
      return { kind: "refused", reason: isOwnKey ? "key-known" : "instance-taken", token: shown };
    }
    const isOthersKey = namesake === undefined ? ownerIsActive : owner !== undefined && !isOwnKey;
    if (isOthersKey) return { kind: "refused", reason: "key-known", token: shown };
    const key = { keyid, generation, atMs };
    const peer =
      namesake === undefined ? this.changes.add({ ...key, instanceId }) : this.changes.addKey(namesake.id, key);
    const others = token.usedBy.filter((user) => user !== instanceId);
    this.use.run(atMs, JSON.stringify([instanceId, ...others].slice(0, MAX_TOKEN_USERS)), token.id);
    return {
      kind: namesake === undefined ? "enrolled" : "replaced",
      peer: this.granted(peer, token, namesake === undefined),
      token: withoutHash(this.stored(token.id)),
    };
  }

  /** A peer whose key was replaced keeps what it may do, unless the token says otherwise. */
  private granted(peer: PeerRecord, { grants }: StoredToken, isNew: boolean): PeerRecord {
    if (!isNew && grants.length === 0) return peer;
    this.setGrants.run(grantsToJson(grants), peer.id);
    return { ...peer, grants };
  }

  private stored(id: number): StoredToken {
    const token = this.rows.byId(id);
    if (token === undefined) throw new Error(`pairing token ${id} cannot be read back`);
    return token;
  }
}
