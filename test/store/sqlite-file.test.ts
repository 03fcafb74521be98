import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, readdir, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { openStore } from "../../src/store/open.js";
import { MIGRATIONS } from "../../src/store/sqlite/migrations/index.js";
import type { Store } from "../../src/store/store.js";
import { TestPeer, ask, operation, temporaryDirectory } from "./operations.js";

describe("the SQLite file", () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let file: string;
  let store: Store | undefined;
  beforeEach(async () => {
    directory = await temporaryDirectory();
    file = join(directory.path, "data", "hub.sqlite");
  });
  afterEach(async () => {
    await store?.close();
    store = undefined;
    await directory.remove();
  });

  const open = async () => {
    store = await openStore({ file });
    return store;
  };
  const fill = async (count: number) => {
    const peer = await TestPeer.add(await open(), "laptop");
    await peer.update(Array.from({ length: count }, (_, i) => operation({ id: BigInt(i + 1) })));
    return peer;
  };

  test("ST12: a database that can be written but not read proves nothing", async () => {
    await fill(200);
    await expect(store?.probe()).resolves.toBeUndefined();
    const other = new DatabaseSync(file);
    other.exec("ALTER TABLE peer_keys RENAME TO elsewhere");
    other.close();
    await expect(store?.probe()).rejects.toThrow();
  });

  test("ST28: only its owner may read what the store writes", async () => {
    await fill(10);
    expect((await stat(join(file, ".."))).mode & 0o777).toBe(0o700);
    const names = await readdir(join(file, ".."));
    expect(names.sort()).toEqual(["hub.sqlite", "hub.sqlite-shm", "hub.sqlite-wal"]);
    for (const name of names) expect((await stat(join(file, "..", name))).mode & 0o777).toBe(0o600);
    await store?.close();
    expect(await readdir(join(file, ".."))).toEqual(["hub.sqlite"]);
  });

  test("ST29: a database of a newer hub is refused in words and left as it is", async () => {
    await fill(1);
    await store?.close();
    const db = new DatabaseSync(file);
    db.exec("PRAGMA user_version = 9999");
    db.close();
    const before = await readFile(file);
    await expect(open()).rejects.toMatchObject({
      code: "failed_precondition",
      message: expect.stringContaining("written by a newer hub"),
    });
    expect(await readFile(file)).toEqual(before);
  });

  test("ST29: migrations are numbered without a gap", () => {
    const versions = MIGRATIONS.map(({ version }) => version);
    expect(versions).toEqual(versions.map((_, index) => index + 1));
  });

  test("ST29: a database that the first released schema wrote opens with all it holds", async () => {
    await fill(0);
    await store?.close();
    await writeFile(file, "");
    const db = new DatabaseSync(file);
    db.exec(await readFile("test/data/store/schema-1.sql", "utf8"));
    db.close();
    const opened = await open();
    const fresh = join(directory.path, "fresh.sqlite");
    await (await openStore({ file: fresh })).close();
    expect(schemaOf(file)).toEqual(schemaOf(fresh));
    expect(await opened.stats()).toMatchObject({ peers: 1, operations: 3n, removed: 1n, poison: 1n });
    const peers = await opened.listPeers();
    expect(peers).toMatchObject([
      {
        instanceId: "laptop",
        keys: [
          { keyid: "key-seed", current: false },
          { keyid: "key-current", current: true },
        ],
        facts: { lastSeenMs: 5000, capabilities: ["a", "b"], clearText: true, resources: Uint8Array.of(1, 2, 3) },
        mark: { modno: 4n, originalId: 4n },
        operationCount: 3n,
        poisonCount: 1n,
      },
      { instanceId: "desktop", removedMs: 6000 },
    ]);
    const rows = await ask(opened, {});
    expect(rows.map((row) => [row.id, row.originalId, row.flowId, row.originalInstanceKeyid])).toEqual([
      [1n, 1n, 1n, "key-current"],
      [3n, 3n, 1n, "key-current"],
      [4n, 4n, 4n, "key-current"],
    ]);
    expect(rows[1]?.op).toMatchObject({ case: "operationRunHook", value: { parentOp: 1n } });
    const peer = await opened.findPeerByKey("key-current");
    const again = { peerId: peer?.id ?? 0, session: 1, full: false };
    await opened.beginPass(again);
    expect(await opened.endPass({ ...again, atMs: 1 })).toMatchObject({ markHeld: false });
  });

  test("ST30: a file that is no database, or was cut, is refused in words", async () => {
    await fill(2000);
    await store?.close();
    const { size } = await stat(file);
    const damages: [string, () => Promise<void>][] = [
      ["damaged", () => truncate(file, Math.floor(size / 2))],
      ["damaged", () => truncate(file, 8192)],
      ["not a database", () => writeFile(file, "x".repeat(20_000))],
    ];
    for (const [words, damage] of damages) {
      await damage();
      const opening = open();
      await expect(opening).rejects.toMatchObject({
        code: "failed_precondition",
        message: expect.stringContaining(words),
      });
      await expect(opening).rejects.toThrow(file);
    }
  });

  test("ST30: a place where no file can be made is refused in words", async () => {
    for (const place of [directory.path, join(process.execPath, "data", "hub.sqlite")]) {
      await expect(openStore({ file: place })).rejects.toMatchObject({
        code: "unavailable",
        message: expect.stringContaining("check that its directory exists"),
      });
    }
  });

  test("ST30: damage inside is reported where it is met, and the rest is served", async () => {
    const peer = await fill(2000);
    const { id } = await TestPeer.add(peer.store, "desktop");
    await store?.close();
    const bytes = await readFile(file);
    // Pages of the table of operations; the first ones hold the schema and the peers.
    bytes.fill(0xff, Math.floor(bytes.byteLength / 2), Math.floor(bytes.byteLength / 2) + 20 * 8192);
    await writeFile(file, bytes);
    const damaged = await open();
    await expect(ask(damaged, {})).rejects.toMatchObject({ code: "failed_precondition" });
    expect((await damaged.findPeerByInstance("desktop"))?.id).toBe(id);
  });

  test("ST31: of messages that share a commit only the one that fails is rejected", async () => {
    const peer = await fill(1);
    const db = new DatabaseSync(file);
    db.exec(`CREATE TRIGGER refuse BEFORE INSERT ON operations WHEN NEW.original_id = 66
             BEGIN SELECT RAISE(ABORT, 'no such luck'); END`);
    db.close();
    const results = await Promise.allSettled([
      peer.update([operation({ id: 2n })]),
      peer.update([operation({ id: 3n }), operation({ id: 66n })]),
      peer.update([operation({ id: 4n })]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(results[1]).toMatchObject({ reason: { code: "internal" } });
    expect((await peer.operations()).map((row) => [row.originalId, row.id])).toEqual([
      [1n, 1n],
      [2n, 2n],
      [4n, 3n],
    ]);
    expect(await peer.store.stats()).toMatchObject({ operations: 3n });
  });

  test("ST21: a pass of which a message could not be stored removes nothing", async () => {
    const peer = await fill(3);
    const db = new DatabaseSync(file);
    db.exec(`CREATE TRIGGER refuse BEFORE UPDATE ON operations WHEN NEW.original_id = 2
             BEGIN SELECT RAISE(ABORT, 'no such luck'); END`);
    db.close();
    const pass = { peerId: peer.id, session: 1, full: true };
    await peer.store.beginPass(pass);
    await peer.update([operation({ id: 1n })]);
    await expect(peer.update([operation({ id: 2n, displayMessage: "changed" })])).rejects.toThrow();
    expect(await peer.store.endPass({ ...pass, atMs: 1 })).toMatchObject({ removed: 0, markHeld: false });
    expect(await peer.operations()).toHaveLength(3);
  });

  test("ST31: a lock that another program holds is waited for", async () => {
    const peer = await fill(1);
    const db = new DatabaseSync(file);
    db.exec("BEGIN IMMEDIATE");
    const waiting = peer.update([operation({ id: 2n })]);
    expect(await peer.operations()).toHaveLength(1);
    setTimeout(() => db.exec("COMMIT"), 200);
    expect(await waiting).toMatchObject({ created: 1 });
    db.close();
  });

  test("ST12: after a kill in the middle of it every message that was answered is there, and whole", async () => {
    let expected = 0n;
    for (let round = 0; round < 3; round++) {
      const answered = await ingestUntilKilled(file, expected + 1n, 150 + round * 100);
      const db = new DatabaseSync(file);
      expect(db.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
      db.close();
      const opened = await open();
      const ids = (await ask(opened, {})).map((row) => row.originalId);
      const stored = new Set(ids);
      expect(stored.size).toBe(ids.length);
      expect(answered.filter((id) => !stored.has(id))).toEqual([]);
      expect(ids.length % 16).toBe(0);
      expect(await opened.stats()).toMatchObject({ operations: BigInt(ids.length) });
      await opened.close();
      expected = [...stored].reduce((highest, id) => (id > highest ? id : highest), 0n);
    }
    expect(expected).toBeGreaterThan(1000n);
  }, 60_000);
});

/** Every table and index with its definition. */
function schemaOf(file: string): unknown[] {
  const db = new DatabaseSync(file, { readOnly: true });
  const schema = db.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").all();
  db.close();
  return schema;
}

/** Runs the child until it has had so many answers, kills it, and returns all ids that it was told are stored. */
async function ingestUntilKilled(file: string, first: bigint, answers: number): Promise<bigint[]> {
  const script = fileURLToPath(new URL("./ingest-child.js", import.meta.url));
  const child = spawn(process.execPath, [script, file, String(first)], { stdio: ["ignore", "pipe", "inherit"] });
  const answered: bigint[] = [];
  let messages = 0;
  for await (const line of createInterface(child.stdout)) {
    for (let i = 0n; i < 16n; i++) answered.push(BigInt(line) + i);
    messages += 1;
    if (messages === answers) child.kill("SIGKILL");
  }
  if (child.signalCode === null && child.exitCode === null) await once(child, "exit");
  return answered;
}
