// A data directory with a whole fleet's history, written straight into its database once and kept for the next run.
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { backfillRuns } from "../dist/src/store/sqlite/backfill-runs.js";
import { freshData, prepare } from "./hosts.mjs";
import { makeOperations } from "./load/operations.mjs";

const DAY_MS = 86_400_000;
const DAYS = 90;
const PLANS = ["home", "system"];
/** Of each machine's operations one in so many is a backup; the others are hooks, snapshots and the like. */
const BACKUP_EVERY = 5;
const KIND_BACKUP = 100;
const KIND_INDEX = 101;

/** The directory with `instances` machines and `operations` operations of the last 90 days, its identities in it. */
export function largeFleet(work, { instances, operations }) {
  const own = join(work, `fleet-${instances}-${operations}`);
  const setting = { work: own, gen: "seed", ids: join(own, "identities.json"), template: join(own, "filled") };
  if (existsSync(join(own, "ready"))) return setting;
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own, { recursive: true });
  process.stderr.write(`storing ${operations} operations of ${instances} machines, once …\n`);
  const empty = prepare(own, { gen: "seed", identities: instances });
  cpSync(freshData(empty, "hub"), setting.template, { recursive: true });
  fill(join(setting.template, "hub.sqlite"), Math.floor(operations / instances));
  writeFileSync(join(own, "ready"), "");
  return setting;
}

function fill(file, perMachine) {
  const db = new DatabaseSync(file, { readBigInts: true, returnArrays: true });
  db.exec("PRAGMA synchronous = OFF; BEGIN");
  const body = makeOperations(1, { instance: "machine" }).ops[0];
  const group = db.prepare(
    `INSERT INTO op_groups (peer_id, instance_id, repo_guid, repo_id, plan_id, newest_ms)
     SELECT id, instance_id, 'guid', 'nas', ?2, ?3 FROM peers WHERE id = ?1 RETURNING id`,
  );
  const insert = db.prepare(
    `INSERT INTO operations (id, peer_id, group_id, original_id, original_modno, original_flow_id, flow_id, start_ms,
       end_ms, status, kind, parent_id, change, snapshot_key, snapshot_id, body)
     VALUES (?1, ?2, ?3, ?4, ?4, ?4, ?1, ?5, ?5 + 60000, ?6, ?7, 0, ?1, 0, '', ?8)`,
  );
  const now = Date.now();
  let id = 0;
  for (const [peerId] of db.prepare("SELECT id FROM peers").all()) {
    const groups = PLANS.map((plan) => group.get(peerId, plan, now)[0]);
    for (let n = 1; n <= perMachine; n++) {
      id += 1;
      const startMs = Math.floor(now - DAYS * DAY_MS + (n / perMachine) * DAYS * DAY_MS);
      const status = n % 97 === 0 ? 4 : n % 31 === 0 ? 7 : 3;
      const kind = n % BACKUP_EVERY === 0 ? KIND_BACKUP : KIND_INDEX;
      insert.run(id, peerId, groups[Math.floor(n / BACKUP_EVERY) % PLANS.length], n, startMs, status, kind, body);
    }
    db.prepare("UPDATE peers SET last_full_pass_ms = ?, last_seen_ms = ? WHERE id = ?").run(now, now, peerId);
    db.prepare("UPDATE peer_counts SET live = ? WHERE peer_id = ?").run(perMachine, peerId);
  }
  db.prepare("UPDATE meta SET value = ? WHERE name IN ('last_operation_id', 'last_change')").run(id);
  const began = performance.now();
  backfillRuns(db);
  process.stderr.write(
    `${id} operations; the backups among them were read in ${Math.round(performance.now() - began)} ms\n`,
  );
  db.exec("COMMIT");
  db.close();
}
