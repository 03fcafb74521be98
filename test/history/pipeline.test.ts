import { describe, expect, test } from "@jest/globals";
import { pino } from "pino";
import { HubError } from "../../src/errors.js";
import { OperationFeed } from "../../src/history/feed.js";
import { type IngestLane, IngestPipeline } from "../../src/history/pipeline.js";
import type { IngestFrame, IngestOutcome, ManifestOutcome, Store } from "../../src/store/store.js";

const LIMITS = { sessionQueueMaxBytes: 100_000, totalQueueMaxBytes: 250_000, queueFullTimeoutMs: 50 };

/** A store that answers when a test says so; a stuck disk cannot be had otherwise. */
class SlowStore {
  readonly frames: IngestFrame[] = [];
  readonly #answers: PromiseWithResolvers<IngestOutcome>[] = [];

  ingest(frame: IngestFrame): Promise<IngestOutcome> {
    const answer = Promise.withResolvers<IngestOutcome>();
    this.frames.push(frame);
    this.#answers.push(answer);
    return answer.promise;
  }

  readonly comparisons: PromiseWithResolvers<ManifestOutcome>[] = [];
  readonly abandoned: number[] = [];

  compareManifest(): Promise<ManifestOutcome> {
    const comparison = Promise.withResolvers<ManifestOutcome>();
    this.comparisons.push(comparison);
    return comparison.promise;
  }

  async beginPass(): Promise<void> {}

  async abandonPass(_: number, session: number): Promise<void> {
    this.abandoned.push(session);
  }

  async answerAll(): Promise<void> {
    for (const { resolve } of this.#answers.splice(0)) {
      resolve({ session: 1, created: 0, updated: 0, removed: 0, unchanged: 0, poison: 0, events: [] });
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

describe("ingest pipeline", () => {
  test("SES12: what one peer has sent is bounded, whatever number of sessions brought it", async () => {
    const { pipeline, store, open } = setUp();
    const [first, second] = [open(1), open(1)];
    first.lane.ingest(new Uint8Array(60_000), 1, 0);
    expect(second.lane.room(0)).toBeUndefined();
    second.lane.ingest(new Uint8Array(60_000), 1, 0);
    const room = second.lane.room(0);
    expect(room).toBeDefined();
    expect(open(2).lane.room(0)).toBeUndefined();
    await store.answerAll();
    await room;
    expect(pipeline.queuedBytes).toBe(0);
  });

  test("SES12: after 1 s without room the session of the peer with the most in the queues ends, with words", async () => {
    const { store, open } = setUp();
    const [small, large] = [open(1), open(2)];
    small.lane.ingest(new Uint8Array(90_000), 1, 0);
    large.lane.ingest(new Uint8Array(170_000), 1, 0);
    const room = small.lane.room(0);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(large.failures).toMatchObject([{ cause: "overflow", error: { code: "unavailable" } }]);
    expect(small.failures).toEqual([]);
    await store.answerAll();
    await room;
  });

  test("SES12: peers that filled the queues and left stop nobody who has little in them", async () => {
    const { store, open } = setUp();
    for (const peerId of [1, 2, 3]) {
      const { lane } = open(peerId);
      lane.ingest(new Uint8Array(90_000), 1, 0);
      lane.close();
    }
    const honest = open(4);
    honest.lane.ingest(new Uint8Array(600), 1, 0);
    expect(honest.lane.room(600)).toBeUndefined();
    expect(honest.lane.room(90_000)).toBeDefined();
    await store.answerAll();
  });

  test("SES12: short waits do not add up", async () => {
    const { store, open } = setUp();
    const { lane, failures } = open(1);
    for (let n = 0; n < 6; n++) {
      lane.ingest(new Uint8Array(110_000), 1, 0);
      const room = lane.room(0);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await store.answerAll();
      await room;
    }
    expect(failures).toEqual([]);
  });

  test("SES12: tiny messages and tiny entries count for what they cost, not for their few bytes", async () => {
    const { store, open } = setUp();
    const [messages, entries] = [open(1), open(2)];
    for (let n = 0; n < 100; n++) messages.lane.ingest(new Uint8Array(2), 0, 0);
    entries.lane.ingest(new Uint8Array(2_000), 1_000, 0);
    expect(messages.lane.room(0)).toBeDefined();
    expect(entries.lane.room(0)).toBeDefined();
    await store.answerAll();
  });

  test("SES12: a message of many entries fills what the store is handed at a time", async () => {
    const { store, open } = setUp();
    const [flood, honest] = [open(1), open(2)];
    for (let n = 0; n < 3; n++) flood.lane.ingest(new Uint8Array(2), 65_536, n);
    honest.lane.ingest(new Uint8Array(2), 1, 0);
    expect(store.frames.map(({ peerId }) => peerId)).toEqual([1]);
    await store.answerAll();
    await store.answerAll();
    expect(store.frames.map(({ peerId }) => peerId)).toEqual([1, 1, 2, 1]);
    await store.answerAll();
  });

  test("MAN16: what came is taken when the store holds little of it, and an ended session does not hear of it", async () => {
    const { store, open } = setUp();
    const { lane } = open(1);
    const taken: string[] = [];
    for (let n = 0; n < 3; n++) lane.ingest(new Uint8Array(2), 65_536, n);
    lane.taken(() => taken.push("one"));
    for (const frames of [2, 3]) {
      await store.answerAll();
      expect([store.frames.length, taken]).toEqual([frames, []]);
    }
    await store.answerAll();
    expect(taken).toEqual(["one"]);
    lane.taken(() => taken.push("two"));
    lane.close();
    await store.answerAll();
    expect(taken).toEqual(["one"]);
  });

  test("SES12: a wait ends with its session", async () => {
    const { open } = setUp();
    const { lane } = open(1);
    lane.ingest(new Uint8Array(110_000), 1, 0);
    const room = lane.room(0);
    lane.close();
    await room;
  });

  test("ST8: peers take turns, and each keeps its order", async () => {
    const { store, open } = setUp();
    const [one, two] = [open(1), open(2)];
    for (let n = 0; n < 3; n++) {
      one.lane.ingest(new Uint8Array(10), 1, n);
      two.lane.ingest(new Uint8Array(10), 1, n);
    }
    await store.answerAll();
    for (const peerId of [1, 2]) {
      expect(store.frames.filter((frame) => frame.peerId === peerId).map(({ atMs }) => atMs)).toEqual([0, 1, 2]);
    }
  });
});

describe("a manifest in the pipeline", () => {
  const manifest = { opIds: new BigInt64Array(4_000_000), modnos: new BigInt64Array(4_000_000) };
  const outcome = { wanted: new BigInt64Array(), removed: 0, events: [] };

  test("MAN13: while it is compared, the peer's next messages wait, and others' do not, however large it is", async () => {
    const { store, open } = setUp();
    const [one, two] = [open(1), open(2)];
    one.lane.compare({ manifest, everything: false }, 0, () => {});
    one.lane.ingest(new Uint8Array(10), 1, 0);
    two.lane.ingest(new Uint8Array(10), 1, 0);
    two.lane.ingest(new Uint8Array(10), 1, 0);
    expect(store.frames.map(({ peerId }) => peerId)).toEqual([2, 2]);
    store.comparisons[0]?.resolve(outcome);
    await store.answerAll();
    expect(store.frames.map(({ peerId }) => peerId)).toEqual([2, 2, 1]);
    await store.answerAll();
  });

  test("MAN13: the end of its session abandons the pass without waiting for the comparison", async () => {
    const { pipeline, store, open } = setUp();
    const { lane } = open(1);
    lane.beginPass(true);
    lane.compare({ manifest, everything: false }, 0, () => {});
    await store.answerAll();
    lane.close();
    expect(store.abandoned).toEqual([1]);
    store.comparisons[0]?.resolve(outcome);
    await pipeline.drain();
  });

  test("MAN14: one that failed halfway ends its session", async () => {
    const { store, open } = setUp();
    const { lane, failures } = open(1);
    lane.compare({ manifest, everything: false }, 0, () => {});
    store.comparisons[0]?.resolve({ ...outcome, removed: 1, failure: new HubError("unavailable", "the disk is full") });
    await store.answerAll();
    expect(failures).toMatchObject([{ cause: "failure", error: { code: "unavailable" } }]);
  });
});

function setUp() {
  const store = new SlowStore();
  // Only what a lane calls is there.
  const pipeline = new IngestPipeline(
    store as unknown as Store,
    new OperationFeed(store as unknown as Store, { wholeBytes: 1, thinBytes: 1 }),
    LIMITS,
  );
  let session = 0;
  const open = (peerId: number): { lane: IngestLane; failures: { cause: string; error: HubError }[] } => {
    const failures: { cause: string; error: HubError }[] = [];
    const lane = pipeline.open({
      peerId,
      session: ++session,
      keyid: `key-${peerId}`,
      logger: pino({ level: "silent" }),
      onFailure: (cause, error) => void failures.push({ cause, error }),
    });
    return { lane, failures };
  };
  return { pipeline, store, open };
}
