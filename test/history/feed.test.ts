import { describe, expect, test } from "@jest/globals";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type OperationEvent,
  OperationEventSchema,
  OperationListSchema,
  OperationSchema,
} from "../../gen/v1/operations_pb.js";
import { OperationFeed } from "../../src/history/feed.js";
import type { OperationQuery } from "../../src/store/store.js";

describe("operation feed", () => {
  test("FEED1: every watcher gets every event from when it came, in order", async () => {
    const feed = feedOf(1000);
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

  test("FEED2: a watcher that reads is never overtaken: what the ring gave up comes from the store, as it is then", async () => {
    const feed = feedOf(2_000);
    const slow = feed.watch();
    const quick = feed.watch();
    for (let n = 1; n <= 300; n++) {
      feed.publish([listOf("createdOperations", [BigInt(n)], "as it came")]);
      expect(await quick.next(1)).toBeDefined();
    }
    feed.publish([listOf("updatedOperations", [1n, 404n], "as it came"), deleted([7n])]);
    const got = await readAll(slow);
    const texts = got.flatMap(({ event: told }) =>
      told.case === "createdOperations" ? told.value.operations.map(({ displayMessage }) => displayMessage) : [],
    );
    expect(texts).toHaveLength(300);
    expect(texts.filter((text) => text === "as it is now").length).toBeGreaterThan(100);
    expect(texts.at(-1)).toBe("as it came");
    expect(got.at(-1)?.event).toMatchObject({ case: "deletedOperations", value: { values: [7n] } });
    slow.close();
    quick.close();
  });

  test("FEED2: a large event is read again in parts, without what is gone", async () => {
    const feed = feedOf(10);
    const watcher = feed.watch();
    const ids = Array.from({ length: 300 }, (_, n) => BigInt(n + 200));
    feed.publish([listOf("updatedOperations", ids, "as it came")]);
    const got = await readAll(watcher);
    expect(got.length).toBeGreaterThan(1);
    const shown = got.flatMap(({ event: told }) =>
      told.case === "updatedOperations" ? told.value.operations.map(({ id }) => id) : [],
    );
    expect(shown).toEqual(ids.filter((id) => id !== GONE));
    watcher.close();
  });

  test("FEED2: one that falls behind even the ids is told so", async () => {
    const feed = feedOf(100);
    const slow = feed.watch();
    for (let n = 0; n < 20_000; n++) feed.publish([listOf("createdOperations", [BigInt(n)], "")]);
    await expect(slow.next(1)).rejects.toMatchObject({ code: "resource_exhausted" });
    slow.close();
  });

  test("FEED3: nobody watching costs nothing, and the store is told when that changes", () => {
    const follows: boolean[] = [];
    const feed = feedOf(100, async (follow) => void follows.push(follow));
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
    const feed = feedOf(100, () => prepared.promise);
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
    const feed = feedOf(100);
    const watcher = feed.watch();
    const waiting = watcher.next(60_000);
    watcher.close();
    expect(await waiting).toBeUndefined();
  });
});

function event(n: number): Uint8Array {
  return new Uint8Array(10).fill(n);
}

const GONE = 404n;

/** A feed over a store that has every operation but one. */
function feedOf(wholeBytes: number, followEvents: (follow: boolean) => Promise<void> = async () => {}): OperationFeed {
  const queryOperations = async ({ ids = [] }: OperationQuery) => {
    const there = ids.filter((id) => id !== GONE).map((id) => ({ id, displayMessage: "as it is now" }));
    const bytes = toBinary(OperationListSchema, create(OperationListSchema, { operations: there }));
    return { bytes, count: there.length };
  };
  return new OperationFeed({ followEvents, queryOperations }, { wholeBytes, thinBytes: 100_000 });
}

function listOf(kind: "createdOperations" | "updatedOperations", ids: bigint[], displayMessage: string): Uint8Array {
  const operations = ids.map((id) => create(OperationSchema, { id, displayMessage }));
  return toBinary(
    OperationEventSchema,
    create(OperationEventSchema, { event: { case: kind, value: create(OperationListSchema, { operations }) } }),
  );
}

function deleted(values: bigint[]): Uint8Array {
  return toBinary(
    OperationEventSchema,
    create(OperationEventSchema, { event: { case: "deletedOperations", value: { values } } }),
  );
}

async function readAll(watcher: {
  next(timeoutMs: number): Promise<Uint8Array | undefined>;
}): Promise<OperationEvent[]> {
  const got: OperationEvent[] = [];
  for (let next = await watcher.next(1); next !== undefined; next = await watcher.next(1)) {
    got.push(fromBinary(OperationEventSchema, next));
  }
  return got;
}
