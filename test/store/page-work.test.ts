import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { OperationStatus } from "../../gen/v1/operations_pb.js";
import { openStore } from "../../src/store/open.js";
import { openForReading } from "../../src/store/sqlite/database.js";
import { HistoryQueries, type PageWork } from "../../src/store/sqlite/history-queries.js";
import { operation, temporaryDirectory, TestPeer } from "./operations.js";
import { idsOf, pagesOf } from "./pages.js";

const ROWS = 200;
const ENDLESS: PageWork = { examined: 1e9, ms: 1e9, notable: 1e9, bytes: 1e9 };
/** One of twenty fails, of two plans; the newest are the last of their kind. */
const FAILED = Array.from({ length: ROWS / 20 }, (_, n) => BigInt(ROWS - 20 * n));

describe("the work of a page", () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let db: DatabaseSync;
  beforeEach(async () => {
    directory = await temporaryDirectory();
    const file = join(directory.path, "hub.sqlite");
    const store = await openStore({ file });
    const peer = await TestPeer.add(store, "laptop");
    await peer.update(
      Array.from({ length: ROWS }, (_, n) =>
        operation({
          id: BigInt(n + 1),
          planId: n % 2 === 0 ? "home" : "photos",
          displayMessage: "x".repeat(1_000),
          status: (n + 1) % 20 === 0 ? OperationStatus.STATUS_ERROR : OperationStatus.STATUS_SUCCESS,
        }),
      ),
    );
    await store.close();
    db = openForReading(file);
  });
  afterEach(async () => {
    db.close();
    await directory.remove();
  });

  const pages = (work: Partial<PageWork>, filter: Parameters<typeof pagesOf>[1], limit = 100) => {
    const queries = new HistoryQueries(db, { ...ENDLESS, ...work });
    return pagesOf((query) => queries.run(query), filter, limit);
  };

  test("HIST4: a page ends after so many operations, empty if need be, and the next goes on behind them", async () => {
    // Both statuses, so that the index of what is notable does not do, and one of them is nobody's.
    const filter = { statuses: [3, 4], kinds: [101, 100], planIds: ["photos"], sinceMs: 0n };
    const found = await pages({ examined: 7 }, { ...filter, kinds: [106] });
    expect(idsOf(found)).toEqual([]);
    expect(found).toHaveLength(Math.ceil(ROWS / 2 / 7));
    const all = await pages({ examined: 7 }, filter);
    expect(all.every(({ operations }) => operations.length <= 7)).toBe(true);
    expect(idsOf(all)).toEqual(idsOf(await pages({}, filter)));
    expect(idsOf(all)).toHaveLength(ROWS / 2);
  });

  test("HIST4: so does one that looks for what is rare", async () => {
    const found = await pages({ notable: 3 }, { statuses: [4], kinds: [100] });
    expect(found.map(({ operations }) => operations.length)).toEqual([3, 3, 3, 1]);
    expect(idsOf(found)).toEqual(FAILED);
    expect(idsOf(await pages({ notable: 3 }, { statuses: [4], planIds: ["home"] }))).toEqual([]);
    expect(await pages({ notable: 3 }, { statuses: [4], planIds: ["home"] })).toHaveLength(4);
  });

  test("HIST4: and one that takes its time: 256 are looked at, however slow it is", async () => {
    const found = await pages({ ms: -1 }, { kinds: [106] });
    expect(found).toHaveLength(1);
    const { length } = await pages({ ms: -1, examined: 100 }, { kinds: [106] });
    expect(length).toBe(3);
  });

  test("HIST4: a page holds so many bytes, and at least one operation", async () => {
    const five = await pages({ bytes: 5_500 }, {});
    expect(five).toHaveLength(ROWS / 5);
    expect(idsOf(five)).toEqual(idsOf(await pages({}, {})));
    expect(await pages({ bytes: 1 }, {})).toHaveLength(ROWS);
  });

  test("HIST4: what fails, runs, is planned or is of a rare kind is found without passing over the rest", async () => {
    const found = await pages({ examined: 1, notable: FAILED.length + 1 }, { statuses: [4] });
    expect(found).toHaveLength(1);
    expect(idsOf(found)).toEqual(FAILED);
    expect(await pages({ examined: 1, notable: FAILED.length + 1 }, { kinds: [103, 108] })).toHaveLength(1);
  });
});
