import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { HubError } from "../../src/errors.js";
import { openStore } from "../../src/store/open.js";
import type { OperationQuery, Store } from "../../src/store/store.js";
import { EVERYTHING, idsOf, type Page, pageOf } from "./pages.js";
import { TestPeer, operation, temporaryDirectory } from "./operations.js";

/** More than one answer may hold; ids up to GROUPS have a group of their own, the others share one, and one flow. */
const ROWS = 1_200_000;
const GROUPS = 150_000;

describe("answers that would be too large", () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let store: Store;
  const failures: HubError[] = [];
  beforeAll(async () => {
    directory = await temporaryDirectory();
    const file = join(directory.path, "hub.sqlite");
    const empty = await openStore({ file });
    await TestPeer.add(empty, "laptop");
    await empty.close();
    fill(file);
    store = await openStore({ file, onFailure: (error) => failures.push(error) });
  }, 60_000);
  afterAll(async () => {
    await store.close();
    await directory.remove();
  });

  const tooLarge = { code: "resource_exhausted", message: expect.stringMatching(/last_n|10,000 ids/) };
  const refused: [string, OperationQuery][] = [
    ["everything", {}],
    ["one plan", { planId: "shared" }],
    ["a flow", { flowId: 1n }],
    ["the newest of a flow", { flowId: 1n, lastN: 2_000_000 }],
    ["all of many groups", { instanceId: "many" }],
    ["the newest of everything", { lastN: Number.MAX_SAFE_INTEGER }],
    ["the newest of very many groups that end together", { instanceId: "many", lastN: 1 }],
    ["very many ids", { ids: Array.from({ length: 10_001 }, (_, i) => BigInt(i)) }],
  ];
  test.each(refused)("ST35: %s is refused, and the next query is answered", async (_, query) => {
    await expect(store.queryOperations(query)).rejects.toMatchObject(tooLarge);
    expect(await store.queryOperations({ planId: "shared", lastN: 3 })).toMatchObject({ count: 3 });
    expect(failures).toEqual([]);
  });

  const answered: [string, OperationQuery, number][] = [
    ["very many ids", { ids: Array.from({ length: 10_000 }, (_, i) => BigInt(i + GROUPS)) }, 10_000],
    ["the newest of a large flow", { flowId: 1n, lastN: 50_000 }, 50_000],
    ["the newest of a large group", { planId: "shared", lastN: 50_000 }, 50_000],
  ];
  test.each(answered)("ST35: %s are answered", async (_, query, count) => {
    expect(await store.queryOperations(query)).toMatchObject({ count });
    expect(failures).toEqual([]);
  });

  test("HIST4: a page of very many groups that end together is made, each group read when its turn comes", async () => {
    const began = performance.now();
    const pages: Page[] = [];
    let after: Page["next"] = { startMs: 99_999_999n, id: BigInt(GROUPS + 1) };
    for (let n = 0; n < 3; n++) {
      const query = { filter: EVERYTHING, limit: 50, ...(after === undefined ? {} : { after }) };
      const page = await pageOf((asked) => store.listOperations(asked), query);
      pages.push(page);
      after = page.next;
    }
    // About a second each, on a quiet machine.
    expect(performance.now() - began).toBeLessThan(20_000);
    const newest = Array.from({ length: 150 }, (_, n) => BigInt(GROUPS - n));
    expect(idsOf(pages)).toEqual(newest);
    const many = { ...EVERYTHING, instanceIds: ["laptop"], planIds: ["7"] };
    expect(await store.listOperations({ filter: many, limit: 10 })).toMatchObject({ count: 1 });
    expect(failures).toEqual([]);
  }, 60_000);

  test("ST35: an answer of too many bytes is refused before it is made", async () => {
    const peer = await TestPeer.add(store, "desktop");
    const displayMessage = "x".repeat(3 * 1024 * 1024);
    for (let id = 1n; id <= 11n; id++) await peer.update([operation({ id, displayMessage, planId: "large" })]);
    await expect(store.queryOperations({ planId: "large" })).rejects.toMatchObject(tooLarge);
    expect(await store.queryOperations({ planId: "large", lastN: 10 })).toMatchObject({ count: 10 });
  }, 60_000);
});

function fill(file: string): void {
  const db = new DatabaseSync(file);
  db.exec(`
    PRAGMA synchronous = OFF;
    BEGIN;
    WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i <= ${GROUPS})
    INSERT INTO op_groups (id, peer_id, instance_id, repo_guid, repo_id, plan_id, newest_ms)
    SELECT i, 1, CASE WHEN i > ${GROUPS} THEN 'laptop' ELSE 'many' END, 'g', 'r',
      CASE WHEN i > ${GROUPS} THEN 'shared' ELSE i END, 99999999 FROM c;
    WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${ROWS})
    INSERT INTO operations (id, peer_id, group_id, original_id, original_modno, original_flow_id, flow_id, start_ms,
      end_ms, status, kind, parent_id, change, snapshot_key, snapshot_id, body)
    SELECT i, 1, min(i, ${GROUPS + 1}), i, i, 1, CASE WHEN i > ${GROUPS} THEN 1 ELSE 2 END, 99999999, i, 3, 100, 0, i,
      0, '', x'0801' FROM c;
    UPDATE meta SET value = ${ROWS} WHERE name = 'last_operation_id';
    COMMIT;`);
  db.close();
}
