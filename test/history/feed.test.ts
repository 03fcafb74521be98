import { describe, expect, test } from "@jest/globals";
import { OperationFeed } from "../../src/history/feed.js";

describe("operation feed", () => {
  test("FEED1: every watcher gets every event from when it came, in order", async () => {
    const feed = new OperationFeed(1000, async () => {});
    const first = feed.watch();
    feed.publish([event(1), event(2)]);
    const second = feed.watch();
    feed.publish([event(3)]);
    expect([await first.next(1), await first.next(1), await first.next(1)]).toEqual([event(1), event(2), event(3)]);
    expect(await second.next(1)).toEqual(event(3));
    expect(await second.next(1)).toBeUndefined();
    first.close();
    second.close();
  });

  test("FEED2: a watcher that fell behind the ring is told so; one that reads is not", async () => {
    const feed = new OperationFeed(100, async () => {});
    const slow = feed.watch();
    const quick = feed.watch();
    for (let n = 0; n < 50; n++) {
      feed.publish([event(n)]);
      expect(await quick.next(1)).toEqual(event(n));
    }
    await expect(slow.next(1)).rejects.toMatchObject({ code: "resource_exhausted" });
    slow.close();
    quick.close();
  });

  test("FEED3: nobody watching costs nothing, and the store is told when that changes", () => {
    const follows: boolean[] = [];
    const feed = new OperationFeed(100, async (follow) => void follows.push(follow));
    feed.publish([event(1)]);
    const one = feed.watch();
    const two = feed.watch();
    one.close();
    one.close();
    expect(feed.watchers).toBe(1);
    two.close();
    expect(follows).toEqual([true, false]);
  });

  test("FEED1: a watcher is ready when events are prepared, the second one not before the first", async () => {
    const prepared = Promise.withResolvers<void>();
    const feed = new OperationFeed(100, () => prepared.promise);
    const watchers = [feed.watch(), feed.watch()];
    let ready = 0;
    const waits = watchers.map((watcher) => watcher.ready().then(() => ready++));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(ready).toBe(0);
    prepared.resolve();
    await Promise.all(waits);
    for (const watcher of watchers) watcher.close();
  });

  test("FEED4: closing a watcher ends its wait", async () => {
    const feed = new OperationFeed(100, async () => {});
    const watcher = feed.watch();
    const waiting = watcher.next(60_000);
    watcher.close();
    expect(await waiting).toBeUndefined();
  });
});

function event(n: number): Uint8Array {
  return new Uint8Array(10).fill(n);
}
