import { afterEach, describe, expect, test } from "@jest/globals";
import { CHANGED_LISTS } from "../src/access/changed-lists.js";
import { RPC_RULES } from "../src/access/rpc-roles.js";
import { PeerBoard } from "../src/connections/board.js";
import { KnockList } from "../src/connections/knocks.js";
import { HubError } from "../src/errors.js";
import { type ListName, Notices } from "../src/notices.js";

let notices = new Notices();
afterEach(() => {
  notices.close();
  notices = new Notices();
});

describe("notices of changed lists", () => {
  test("BOARD7: a reader is told at once, of each list once however often it changed, and again later", async () => {
    const watcher = notices.watch();
    notices.changed("peers", "pushes");
    for (let n = 0; n < 1_000; n++) notices.changed("peers");
    const began = performance.now();
    expect(await watcher.next(100)).toEqual(new Set(["peers", "pushes"]));
    expect(performance.now() - began).toBeLessThan(100);
    expect(await watcher.next(2_000)).toEqual(new Set(["peers"]));
    expect(performance.now() - began).toBeGreaterThan(400);
    // Nothing more changed.
    expect(await watcher.next(700)).toBeUndefined();
    watcher.close();
    expect(notices.watchers).toBe(0);
  });

  test("BOARD7: what machines show of themselves is told at most once a second, and not that they live", async () => {
    const watcher = notices.watch();
    const board = new PeerBoard(notices);
    let told = 0;
    const until = performance.now() + 2_500;
    while (performance.now() < until) {
      board.update("key", { statusMessage: `${performance.now()}` });
      if ((await watcher.next(20)) !== undefined) told++;
    }
    expect(told).toBeGreaterThanOrEqual(2);
    expect(told).toBeLessThanOrEqual(3);
    await watcher.next(1_500);
    board.update("key", { lastHeartbeatMs: 1 });
    expect(await watcher.next(1_200)).toBeUndefined();
    watcher.close();
  }, 20_000);

  test("BOARD7: knocks that come and go change the list of peers", async () => {
    const watcher = notices.watch();
    const knocks = new KnockList(1, notices);
    const knock = { keyid: "a", instanceId: "a", address: "1.2.3.4", reason: "unknown-key", message: "" } as const;
    knocks.record(knock, 1);
    expect(await watcher.next(100)).toEqual(new Set(["peers"]));
    knocks.forget("a");
    expect(await watcher.next(1_000)).toEqual(new Set(["peers"]));
    knocks.forget("nobody");
    expect(await watcher.next(700)).toBeUndefined();
    watcher.close();
  });

  test("BOARD7: a reader that does not read keeps one notice of each list, and the hub's end ends it", async () => {
    const watcher = notices.watch();
    const lists: readonly ListName[] = ["peers", "access"];
    for (let n = 0; n < 10; n++) notices.changed(...lists);
    expect(await watcher.next(10)).toEqual(new Set(lists));
    notices.stop(new HubError("unavailable", "the hub is stopping"));
    await expect(watcher.next(10)).rejects.toMatchObject({ code: "unavailable" });
    watcher.close();
  });

  test("BOARD8: every change says which lists it makes old", () => {
    const changes = Object.entries(RPC_RULES).flatMap(([service, methods]) =>
      Object.entries(methods).flatMap(([name, { change }]) => (change ? [`${service}/${name}`] : [])),
    );
    const rows = Object.entries(CHANGED_LISTS).flatMap(([service, methods]) =>
      Object.keys(methods).map((name) => `${service}/${name}`),
    );
    expect(rows.toSorted()).toEqual(changes.toSorted());
  });
});
