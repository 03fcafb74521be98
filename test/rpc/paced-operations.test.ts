import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type OperationEvent, OperationEventSchema, OperationSchema } from "../../gen/v1/operations_pb.js";
import { OperationFeed } from "../../src/history/feed.js";
import { PacedOperations } from "../../src/rpc/paced-operations.js";

const EVERY_MS = 200;
let busy = false;
const open: PacedOperations[] = [];
afterEach(() => {
  for (const paced of open.splice(0)) paced.close();
  busy = false;
});

function feedAndReader(): { feed: OperationFeed; reader: PacedOperations } {
  const feed = new OperationFeed(
    {
      followEvents: async () => {},
      queryOperations: async () => {
        throw new Error("nothing is read again here");
      },
    },
    { wholeBytes: 1 << 20, thinBytes: 1 << 20 },
  );
  const reader = new PacedOperations(feed.watch(), { busy: () => busy, everyMs: EVERY_MS });
  open.push(reader);
  return { feed, reader };
}

function created(...ids: bigint[]): Uint8Array {
  const operations = ids.map((id) => create(OperationSchema, { id }));
  return bytesOf({ case: "createdOperations", value: { operations } });
}

function bytesOf(event: MessageInitShape<typeof OperationEventSchema>["event"] & object): Uint8Array {
  return toBinary(OperationEventSchema, create(OperationEventSchema, { event }));
}

function idsIn(bytes: Uint8Array | undefined): bigint[] {
  const { event }: OperationEvent = fromBinary(OperationEventSchema, bytes ?? new Uint8Array());
  if (event.case === "deletedOperations") return event.value.values;
  return event.case === "createdOperations" || event.case === "updatedOperations"
    ? event.value.operations.map(({ id }) => id)
    : [];
}

describe("operations for pages", () => {
  test("BOARD9: what waits comes in one message of each kind, in order, and nothing twice", async () => {
    const { feed, reader } = feedAndReader();
    feed.publish([created(1n), created(2n, 3n), bytesOf({ case: "deletedOperations", value: { values: [1n] } })]);
    feed.publish([bytesOf({ case: "deletedOperations", value: { values: [2n] } }), created(4n)]);
    expect(idsIn(await reader.next(50))).toEqual([1n, 2n, 3n]);
    expect(idsIn(await reader.next(50))).toEqual([1n, 2n]);
    expect(idsIn(await reader.next(50))).toEqual([4n]);
    expect(await reader.next(20)).toBeUndefined();
  });

  test("BOARD9: while the hub has much to store a reader gets a message now and then, and the first one at once", async () => {
    const { feed, reader } = feedAndReader();
    busy = true;
    const began = performance.now();
    const times: number[] = [];
    const got: bigint[] = [];
    let id = 0n;
    while (performance.now() - began < 5 * EVERY_MS) {
      feed.publish([created(++id)]);
      const event = await reader.next(5);
      if (event === undefined) continue;
      times.push(performance.now() - began);
      for (let n = 0; n < 5; n++) feed.publish([created(++id)]);
      got.push(...idsIn(event));
    }
    expect(times[0]).toBeLessThan(EVERY_MS / 2);
    // Timers are not exact; without the pace there would be two hundred.
    expect(times.length).toBeLessThanOrEqual(8);
    busy = false;
    for (let event = await reader.next(20); event !== undefined; event = await reader.next(20))
      got.push(...idsIn(event));
    expect(got).toEqual(Array.from({ length: Number(id) }, (_, n) => BigInt(n + 1)));
  });

  test("BOARD9: a reader that is closed while it waits its time is told", async () => {
    const { feed, reader } = feedAndReader();
    busy = true;
    feed.publish([created(1n)]);
    await reader.next(50);
    feed.publish([created(2n)]);
    const waiting = reader.next(60_000);
    reader.close();
    expect(await waiting).toBeUndefined();
    expect(feed.watchers).toBe(0);
  });
});
