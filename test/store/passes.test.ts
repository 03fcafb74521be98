import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { DatabaseSync } from "node:sqlite";
import { openForWriting } from "../../src/store/sqlite/database.js";
import { migrate } from "../../src/store/sqlite/migrate.js";
import { MIGRATIONS } from "../../src/store/sqlite/migrations/index.js";
import { Passes } from "../../src/store/sqlite/passes.js";
import { Work } from "../../src/store/sqlite/work.js";
import { temporaryDirectory } from "./operations.js";

/** Two of them, or one and two of half the size, are all that there is room for. */
const HUGE = 2_000_000;
const FRAME = 50_000;

describe("the memory of open passes", () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let db: DatabaseSync;
  let passes: Passes;
  beforeEach(async () => {
    directory = await temporaryDirectory();
    db = openForWriting(join(directory.path, "hub.sqlite"));
    migrate(db, MIGRATIONS);
    passes = new Passes(db);
  });
  afterEach(async () => {
    db.close();
    await directory.remove();
  });

  /** A full pass of the peer, whose session has the same number, in which so many ids come. */
  function fill(peerId: number, count: number): void {
    const event = new Uint8Array();
    for (let next = 1; next <= count; next += FRAME) {
      const work = new Work();
      const notes = passes.notes({ peerId, session: peerId, keyid: "key", event, atMs: 1 }, work);
      for (let id = next; id < next + FRAME && id <= count; id++) notes?.seen(BigInt(id));
      work.committed();
    }
  }

  function begin(peerId: number, count: number): void {
    passes.begin({ peerId, session: peerId, full: true }, 0n);
    fill(peerId, count);
  }

  /** How many ids the pass knows to have come; nothing when it cannot tell. */
  const end = (peerId: number) =>
    passes.end({ peerId, session: peerId, full: true, atMs: 1 }, new Work())?.came?.length;

  test("ST33: a huge pass that was abandoned leaves its memory to others", () => {
    begin(1, HUGE);
    passes.abandon(1, 1);
    begin(2, HUGE);
    begin(3, 5000);
    expect([end(1), end(2), end(3)]).toEqual([undefined, HUGE, 5000]);
  });

  test("ST33: a pass that begins anew gives back what the one before held", () => {
    begin(1, HUGE);
    begin(1, 10);
    begin(2, HUGE);
    expect([end(1), end(2)]).toEqual([10, HUGE]);
  });

  test("ST33: where all passes together are too large, only the largest is given up", () => {
    begin(1, HUGE);
    begin(2, HUGE / 2);
    begin(3, HUGE / 2);
    begin(4, 5000);
    expect([end(1), end(2), end(3), end(4)]).toEqual([undefined, HUGE / 2, HUGE / 2, 5000]);
  });
});
