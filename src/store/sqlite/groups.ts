import type { DatabaseSync } from "node:sqlite";
import { Statement } from "./statement.js";

/** What the operations of one plan on one repo of one peer have in common. */
export interface Group {
  readonly id: bigint;
  readonly instanceId: string;
  readonly repoGuid: string;
  readonly repoId: string;
  readonly planId: string;
  /** No operation of the group starts later. */
  newestMs: bigint;
}

type GroupNames = Omit<Group, "id" | "newestMs">;
type Row = [id: bigint, instanceId: string, repoGuid: string, repoId: string, planId: string, newestMs: bigint];

const SELECT = "SELECT id, instance_id, repo_guid, repo_id, plan_id, newest_ms FROM op_groups";

/** Groups kept in memory; beyond it they are read again. */
const MAX_CACHED = 10_000;
/** Between the parts of a cache key: the ids are checked to hold none. */
const SEPARATOR = "\0";

/** The groups of operations, made when their first operation comes. */
export class Groups {
  private readonly byNames = new Map<string, Group>();
  private readonly byId = new Map<bigint, Group>();
  private readonly grown = new Set<Group>();
  private readonly select: Statement<Row>;
  private readonly selectById: Statement<Row>;
  private readonly insert: Statement;
  private readonly saveNewest: Statement;

  constructor(db: DatabaseSync) {
    this.select = new Statement(
      db,
      `${SELECT} WHERE peer_id = ? AND instance_id = ? AND repo_guid = ? AND repo_id = ? AND plan_id = ?`,
    );
    this.selectById = new Statement(db, `${SELECT} WHERE id = ?`);
    this.insert = new Statement(
      db,
      `INSERT INTO op_groups (peer_id, instance_id, repo_guid, repo_id, plan_id, newest_ms)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.saveNewest = new Statement(db, "UPDATE op_groups SET newest_ms = ? WHERE id = ?");
  }

  /** The group of an operation that starts at `startMs`. */
  of(peerId: number, names: GroupNames, startMs: bigint): Group {
    const { instanceId, repoGuid, repoId, planId } = names;
    const key = [peerId, instanceId, repoGuid, repoId, planId].join(SEPARATOR);
    const group = this.byNames.get(key) ?? this.read(key, [peerId, instanceId, repoGuid, repoId, planId], startMs);
    if (startMs > group.newestMs) {
      group.newestMs = startMs;
      this.grown.add(group);
    }
    return group;
  }

  byGroupId(id: bigint): Group {
    const cached = this.byId.get(id);
    if (cached !== undefined) return cached;
    const row = this.selectById.get(id);
    if (row === undefined) throw new Error(`an operation belongs to group ${id}, which does not exist`);
    return toGroup(row);
  }

  save(): void {
    for (const { id, newestMs } of this.grown) this.saveNewest.run(newestMs, id);
    this.grown.clear();
  }

  /** What was not saved is lost. */
  forget(): void {
    this.byNames.clear();
    this.byId.clear();
    this.grown.clear();
  }

  private read(key: string, names: readonly [number, string, string, string, string], startMs: bigint): Group {
    let row = this.select.get(...names);
    if (row === undefined) {
      this.insert.run(...names, startMs);
      row = this.select.get(...names);
    }
    if (row === undefined) throw new Error("an inserted group cannot be read back");
    if (this.byNames.size >= MAX_CACHED) {
      this.save();
      this.forget();
    }
    const group = toGroup(row);
    this.byNames.set(key, group);
    this.byId.set(group.id, group);
    return group;
  }
}

function toGroup([id, instanceId, repoGuid, repoId, planId, newestMs]: Row): Group {
  return { id, instanceId, repoGuid, repoId, planId, newestMs };
}
