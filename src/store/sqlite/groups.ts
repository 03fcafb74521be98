import type { DatabaseSync } from "node:sqlite";
import { Statement } from "./statement.js";

/** What the operations of one plan on one repo of one peer have in common. */
export interface Group {
  readonly id: bigint;
  readonly instanceId: string;
  readonly repoGuid: string;
  readonly repoId: string;
  readonly planId: string;
}

type GroupNames = Omit<Group, "id">;

/** Groups kept in memory; beyond it they are read again. */
const MAX_CACHED = 10_000;
/** Between the parts of a cache key: the ids are checked to hold none. */
const SEPARATOR = "\0";

/** The groups of operations, made when their first operation comes. */
export class Groups {
  private readonly byNames = new Map<string, Group>();
  private readonly byId = new Map<bigint, Group>();
  private readonly select: Statement<[bigint]>;
  private readonly selectById: Statement<[string, string, string, string]>;
  private readonly insert: Statement<[bigint]>;

  constructor(db: DatabaseSync) {
    this.select = new Statement(
      db,
      "SELECT id FROM op_groups WHERE peer_id = ? AND instance_id = ? AND repo_guid = ? AND repo_id = ? AND plan_id = ?",
    );
    this.selectById = new Statement(db, "SELECT instance_id, repo_guid, repo_id, plan_id FROM op_groups WHERE id = ?");
    this.insert = new Statement(
      db,
      "INSERT INTO op_groups (peer_id, instance_id, repo_guid, repo_id, plan_id) VALUES (?, ?, ?, ?, ?) RETURNING id",
    );
  }

  of(peerId: number, names: GroupNames): Group {
    const { instanceId, repoGuid, repoId, planId } = names;
    const key = [peerId, instanceId, repoGuid, repoId, planId].join(SEPARATOR);
    const cached = this.byNames.get(key);
    if (cached !== undefined) return cached;
    const row =
      this.select.get(peerId, instanceId, repoGuid, repoId, planId) ??
      this.insert.get(peerId, instanceId, repoGuid, repoId, planId);
    if (row === undefined) throw new Error("an inserted group gave no id back");
    const group = { id: row[0], instanceId, repoGuid, repoId, planId };
    this.keep(key, group);
    return group;
  }

  byGroupId(id: bigint): Group {
    const cached = this.byId.get(id);
    if (cached !== undefined) return cached;
    const row = this.selectById.get(id);
    if (row === undefined) throw new Error(`an operation belongs to group ${id}, which does not exist`);
    const [instanceId, repoGuid, repoId, planId] = row;
    return { id, instanceId, repoGuid, repoId, planId };
  }

  forget(): void {
    this.byNames.clear();
    this.byId.clear();
  }

  private keep(key: string, group: Group): void {
    if (this.byNames.size >= MAX_CACHED) this.forget();
    this.byNames.set(key, group);
    this.byId.set(group.id, group);
  }
}
