import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import { SyncStreamItem_SyncActionReceiveResourcesSchema as ResourcesSchema } from "../../../gen/v1sync/syncservice_pb.js";
import type { CatchUp, CatchUpEffect, CatchUpLimits, CatchUpStep } from "../../../src/dialect/catch-up.js";
import { ManifestCatchUp } from "../../../src/dialect/current/catch-up.js";
import type { PeerMessage } from "../../../src/dialect/dialect.js";

const LIMITS: CatchUpLimits = { fenceTimeoutMs: 30_000, fullPassIntervalMs: 86_400_000, passTimeoutMs: 3_600_000 };
const RESOURCES: PeerMessage = { kind: "resources", resources: create(ResourcesSchema) };
const MANIFEST: PeerMessage = {
  kind: "manifest",
  manifest: { opIds: BigInt64Array.of(1n), modnos: BigInt64Array.of(1n) },
};

describe("catching up with a current peer", () => {
  test("MAN1: the greeting's manifest is compared, and what differs is asked for", () => {
    const began = ManifestCatchUp.begin(0);
    expect(began.effects).toEqual([{ do: "begin-pass", full: true }]);
    const greeted = began.state.came(RESOURCES, 1);
    expect(greeted.effects).toEqual([]);
    const came = greeted.state.came(MANIFEST, 2);
    expect(came.effects).toMatchObject([{ do: "compare", everything: false }]);
    const { effects } = came.state.compared(BigInt64Array.of(4n, 9n), 3);
    expect(effects).toEqual([
      { do: "send", message: { kind: "request-operation-data", opIds: BigInt64Array.of(4n, 9n) } },
      { do: "send", message: { kind: "request-resources" } },
    ]);
  });

  test("MAN2: at most 256 ids are asked for at once, in at most 4 requests, each with a fence", () => {
    let step = compared(2_000);
    const asked: number[] = [...sizes(step)];
    expect(asked).toEqual([256, 256, 256, 256]);
    expect(step.effects.filter(isFence)).toHaveLength(4);
    for (let answers = 0; answers < 8; answers++) {
      step = answered(step);
      asked.push(...sizes(step));
    }
    expect(asked).toEqual([256, 256, 256, 256, 256, 256, 256, 208]);
    expect(step.effects).toEqual([{ do: "end-pass", full: true }]);
  });

  test("MAN16: the next request waits until the store has taken the answer to one before it, and nobody is late then", () => {
    let step = compared(2_000);
    for (let answers = 0; answers < 4; answers++) {
      step = step.state.came(RESOURCES, 10);
      expect(step.effects).toEqual([{ do: "await-store" }]);
    }
    expect(step.state.deadline(LIMITS)).toBe(LIMITS.passTimeoutMs);
    expect(step.state.tick(LIMITS, 3_000_000).effects).toEqual([]);
    step = step.state.taken(3_000_000);
    expect(sizes(step)).toEqual([256]);
    expect(step.state.deadline(LIMITS)).toBe(3_030_000);
  });

  test("MAN16: the pass ends when the store has taken the last answer", () => {
    const { effects, state } = compared(1).state.came(RESOURCES, 10);
    expect(effects).toEqual([{ do: "await-store" }]);
    expect(state.taken(11).effects).toEqual([{ do: "end-pass", full: true }]);
  });

  test("MAN2: where nothing differs the pass ends at once", () => {
    expect(compared(0).effects).toEqual([{ do: "end-pass", full: true }]);
  });

  test("MAN3: an answer to an earlier question is no fence", () => {
    const probed = done().askedOtherwise();
    const asked = probed.tick(LIMITS, LIMITS.fullPassIntervalMs).state.came(MANIFEST, 1).state;
    const fetching = asked.compared(BigInt64Array.of(1n), 2).state;
    const stale = fetching.came(RESOURCES, 3);
    expect(stale.effects).toEqual([]);
    expect(answered(stale).effects).toEqual([{ do: "end-pass", full: true }]);
  });

  test("MAN3: the answer to a fence that was asked for again is not the next request's", () => {
    let step = compared(5 * 256);
    step = step.state.tick(LIMITS, 30_003);
    for (let answers = 0; answers < 4; answers++) step = answered(step);
    expect(step.effects).toEqual([]);
    // The second question was asked before the fifth request.
    step = step.state.came(RESOURCES, 30_010);
    expect(step.effects).toEqual([]);
    expect(answered(step).effects).toEqual([{ do: "end-pass", full: true }]);
  });

  test("MAN4: a fence that is unanswered for 30 s is asked for once more, and then the session ends", () => {
    const asked = compared(1).state;
    expect(asked.deadline(LIMITS)).toBe(30_003);
    const again = asked.tick(LIMITS, 30_003);
    expect(again.effects).toEqual([{ do: "send", message: { kind: "request-resources" } }]);
    expect(again.state.tick(LIMITS, 60_003).effects).toMatchObject([{ do: "give-up" }]);
    const late = again.state.came({ kind: "operations", event: new Uint8Array(), entries: 1 }, 60_000);
    expect(late.state.tick(LIMITS, 60_003).effects).toEqual([]);
  });

  test("MAN4: a manifest that does not come is asked for, and then the session ends", () => {
    const { state } = ManifestCatchUp.begin(0);
    const again = state.tick(LIMITS, 30_000);
    expect(again.effects).toEqual([{ do: "send", message: { kind: "request-manifest" } }]);
    expect(again.state.tick(LIMITS, 60_000).effects).toMatchObject([{ do: "give-up" }]);
  });

  test("MAN5: after a day the manifest is asked for anew, and everything in it", () => {
    const idle = done();
    expect(idle.tick(LIMITS, 86_399_999).effects).toEqual([]);
    const due = idle.tick(LIMITS, 86_400_000);
    expect(due.effects).toEqual([
      { do: "begin-pass", full: true },
      { do: "send", message: { kind: "request-manifest" } },
    ]);
    expect(due.state.came(MANIFEST, 86_400_001).effects).toMatchObject([{ do: "compare", everything: true }]);
  });

  test("MAN5: a pass that does not count is made again soon", () => {
    const settling = compared(0).state;
    const { state } = settling.passEnded(false, LIMITS, 0);
    expect(state.deadline(LIMITS)).toBe(900_000);
  });

  test("MAN6: a manifest that nobody asked for only leads to one that was asked for", () => {
    const unasked = done().came(MANIFEST, 5);
    expect(unasked.effects).toEqual([
      { do: "begin-pass", full: true },
      { do: "send", message: { kind: "request-manifest" } },
    ]);
    expect(compared(1).state.came(MANIFEST, 5).effects).toEqual([]);
  });
});

function compared(count: number): CatchUpStep {
  const wanted = BigInt64Array.from({ length: count }, (_, at) => BigInt(at + 1));
  return ManifestCatchUp.begin(0).state.came(MANIFEST, 2).state.compared(wanted, 3);
}

/** The peer has answered a request, and the store has taken what came. */
function answered({ state }: CatchUpStep): CatchUpStep {
  return state.came(RESOURCES, 10).state.taken(10);
}

/** Known at time 0. */
function done(): CatchUp {
  return compared(0).state.passEnded(true, LIMITS, 0).state;
}

function sizes({ effects }: CatchUpStep): number[] {
  return effects.flatMap((effect) =>
    effect.do === "send" && effect.message.kind === "request-operation-data" ? [effect.message.opIds.length] : [],
  );
}

function isFence(effect: CatchUpEffect): boolean {
  return effect.do === "send" && effect.message.kind === "request-resources";
}
