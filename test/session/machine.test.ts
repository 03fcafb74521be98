import { describe, expect, test } from "@jest/globals";
import { create } from "@bufbuild/protobuf";
import { SyncStreamItem_SyncActionReceiveResourcesSchema } from "../../gen/v1sync/syncservice_pb.js";
import type { PeerHello } from "../../src/dialect/dialect.js";
import { HubError } from "../../src/errors.js";
import {
  type SessionEvent,
  type SessionLimits,
  type SessionState,
  sessionDeadline,
  transition,
} from "../../src/session/machine.js";

const LIMITS: SessionLimits = {
  openingTimeoutMs: 10_000,
  heartbeatIntervalMs: 25_000,
  idleProbeAfterMs: 45_000,
  probeTimeoutMs: 15_000,
  fenceTimeoutMs: 30_000,
  fullPassIntervalMs: 86_400_000,
  passTimeoutMs: 3_600_000,
};
const HELLO: PeerHello = { generation: "seed", keyid: "ecdsa.k", instanceId: "one", clearText: true, capabilities: [] };
const NOW = 1_000_000;
const REMOVED = { cause: "removed", error: new HubError("permission_denied", "removed") } as const;

const STATES = {
  opening: { name: "opening", openedMs: NOW },
  admitting: { name: "admitting", hello: HELLO, sinceMs: NOW },
  asked: syncing({ step: "asked", full: true, startedMs: NOW, asks: { sinceMs: NOW, times: 1 }, stale: 0, open: 1 }),
  fenced: syncing({ step: "fenced", full: true, startedMs: NOW, asks: { sinceMs: NOW, times: 1 }, open: 1 }),
  settling: syncing({ step: "settling", full: true, startedMs: NOW, open: 0 }),
  live: syncing({ step: "idle", fullPassAtMs: NOW + LIMITS.fullPassIntervalMs, open: 0 }),
  ended: { name: "ended", reason: REMOVED },
} satisfies Record<string, SessionState>;

const EVENTS = {
  hello: { type: "hello", hello: HELLO },
  admitted: { type: "admitted", mark: undefined, fullPassDue: true },
  operations: { type: "message", message: { kind: "operations", event: Uint8Array.of(1), entries: 1 } },
  resources: {
    type: "message",
    message: { kind: "resources", resources: create(SyncStreamItem_SyncActionReceiveResourcesSchema) },
  },
  heartbeat: { type: "message", message: { kind: "heartbeat" } },
  passEnded: { type: "pass-ended", markHeld: true },
  tick: { type: "tick" },
  end: { type: "end", reason: REMOVED },
} satisfies Record<string, SessionEvent>;

type StateName = keyof typeof STATES;
type EventName = keyof typeof EVENTS;
/** The state it moves to (the catch-up's step stands for `syncing`) and what is done about it. */
type Expected = readonly [state: string, ...effects: string[]];

const STAYS: Record<StateName, Expected> = {
  opening: ["opening"],
  admitting: ["admitting"],
  asked: ["asked"],
  fenced: ["fenced"],
  settling: ["settling"],
  live: ["idle"],
  ended: ["ended"],
};
const END: Expected = ["ended", "end"];

// Every cell is decided: a new state or event does not compile until its row or column is filled.
const TABLE: Record<StateName, Record<EventName, Expected>> = {
  opening: {
    hello: ["admitting", "admit"],
    admitted: STAYS.opening,
    operations: END,
    resources: END,
    heartbeat: END,
    passEnded: STAYS.opening,
    tick: STAYS.opening,
    end: END,
  },
  admitting: {
    hello: END,
    admitted: ["asked", "send-handshake", "begin-pass", "send request-operations", "send request-resources"],
    operations: END,
    resources: END,
    heartbeat: END,
    passEnded: STAYS.admitting,
    tick: STAYS.admitting,
    end: END,
  },
  asked: {
    hello: END,
    admitted: STAYS.asked,
    operations: ["asked", "ingest"],
    resources: ["fenced", "learn", "send request-resources"],
    heartbeat: ["asked", "learn"],
    passEnded: STAYS.asked,
    tick: STAYS.asked,
    end: END,
  },
  fenced: {
    hello: END,
    admitted: STAYS.fenced,
    operations: ["fenced", "ingest"],
    resources: ["settling", "learn", "end-pass"],
    heartbeat: ["fenced", "learn"],
    passEnded: STAYS.fenced,
    tick: STAYS.fenced,
    end: END,
  },
  settling: {
    hello: END,
    admitted: STAYS.settling,
    operations: ["settling", "ingest"],
    resources: ["settling", "learn"],
    heartbeat: ["settling", "learn"],
    passEnded: ["idle"],
    tick: STAYS.settling,
    end: END,
  },
  live: {
    hello: END,
    admitted: STAYS.live,
    operations: ["idle", "ingest"],
    resources: ["idle", "learn"],
    heartbeat: ["idle", "learn"],
    passEnded: STAYS.live,
    tick: STAYS.live,
    end: END,
  },
  ended: {
    hello: STAYS.ended,
    admitted: STAYS.ended,
    operations: STAYS.ended,
    resources: STAYS.ended,
    heartbeat: STAYS.ended,
    passEnded: STAYS.ended,
    tick: STAYS.ended,
    end: STAYS.ended,
  },
};

describe("session machine", () => {
  for (const [stateName, row] of Object.entries(TABLE)) {
    for (const [eventName, expected] of Object.entries(row)) {
      test(`SES1: ${stateName} × ${eventName} → ${expected.join(", ")}`, () => {
        const step = transition(STATES[stateName as StateName], EVENTS[eventName as EventName], LIMITS, NOW + 1);
        expect(summary(step)).toEqual(expected);
      });
    }
  }

  test("SES2: the hub's handshake is sent only after the peer was accepted", () => {
    const sends = (Object.keys(STATES) as StateName[]).filter((state) =>
      (Object.keys(EVENTS) as EventName[]).some((event) =>
        transition(STATES[state], EVENTS[event], LIMITS, NOW + 1).effects.some(
          ({ do: what }) => what === "send-handshake",
        ),
      ),
    );
    expect(sends).toEqual(["admitting"]);
  });

  test("SES3: an opening without a handshake ends at its deadline, with words", () => {
    const at = sessionDeadline(STATES.opening, LIMITS);
    expect(at).toBe(NOW + 10_000);
    expect(summary(transition(STATES.opening, EVENTS.tick, LIMITS, at - 1))).toEqual(["opening"]);
    const step = transition(STATES.opening, EVENTS.tick, LIMITS, at);
    expect(endOf(step)).toMatchObject({ code: "deadline_exceeded", message: expect.stringContaining("10 seconds") });
  });

  test("SES4: a heartbeat goes out every 25 s", () => {
    let state: SessionState = STATES.live;
    const sent: number[] = [];
    for (let now = NOW; now <= NOW + 40_000; now += 1_000) {
      const step = transition(state, EVENTS.tick, LIMITS, now);
      state = step.state;
      if (summary(step).includes("send heartbeat")) sent.push(now - NOW);
    }
    expect(sent).toEqual([25_000]);
  });

  test("SES5: a silent session is asked after 45 s and ends 15 s later", () => {
    const ask = transition(STATES.live, EVENTS.tick, LIMITS, NOW + 45_000);
    expect(summary(ask)).toContain("send request-resources");
    expect(summary(transition(ask.state, EVENTS.tick, LIMITS, NOW + 59_999))).not.toContain("end");
    expect(endOf(transition(ask.state, EVENTS.tick, LIMITS, NOW + 60_000))).toMatchObject({ code: "unavailable" });
  });

  test("SES5: any item restarts that clock", () => {
    const ask = transition(STATES.live, EVENTS.tick, LIMITS, NOW + 45_000);
    const answered = transition(ask.state, EVENTS.heartbeat, LIMITS, NOW + 50_000);
    expect(summary(transition(answered.state, EVENTS.tick, LIMITS, NOW + 94_999))).not.toContain("end");
    expect(summary(transition(answered.state, EVENTS.tick, LIMITS, NOW + 95_000))).toContain("send request-resources");
  });

  test("SES6: while a pass is under way only its own deadline counts: asked once more after 30 s, ended after 60 s", () => {
    const again = transition(STATES.fenced, EVENTS.tick, LIMITS, NOW + 30_000);
    expect(summary(again)).toEqual(["fenced", "send heartbeat", "send request-resources"]);
    expect(endOf(transition(again.state, EVENTS.tick, LIMITS, NOW + 60_000))).toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("in the middle of sending its history"),
    });
  });

  test("SES6: rows that keep coming keep the fence from being late", () => {
    const row = transition(STATES.fenced, EVENTS.operations, LIMITS, NOW + 29_000);
    expect(summary(transition(row.state, EVENTS.tick, LIMITS, NOW + 58_000))).not.toContain("send request-resources");
  });

  test("SES7: a mark that did not come back leads to a full pass at once", () => {
    const settling = syncing({ step: "settling", full: false, startedMs: NOW, open: 0 });
    const step = transition(settling, { type: "pass-ended", markHeld: false }, LIMITS, NOW);
    expect(step.effects).toContainEqual({ do: "begin-pass", full: true });
    expect(step.effects).toContainEqual({ do: "send", message: { kind: "request-operations", sinceModno: 0n } });
  });

  test("SES7: a full pass is due again after 24 h", () => {
    const step = transition(STATES.live, EVENTS.tick, LIMITS, NOW + LIMITS.fullPassIntervalMs);
    expect(step.effects).toContainEqual({ do: "begin-pass", full: true });
  });

  test("SES7: with a mark and no full pass due, only what changed since is asked for", () => {
    const mark = { modno: 41n, originalId: 7n };
    const step = transition(STATES.admitting, { type: "admitted", mark, fullPassDue: false }, LIMITS, NOW);
    expect(step.effects).toContainEqual({ do: "send", message: { kind: "request-operations", sinceModno: 41n } });
    expect(step.effects).toContainEqual({ do: "begin-pass", full: false });
  });
});

function syncing(catchUp: Extract<SessionState, { name: "syncing" }>["catchUp"]): SessionState {
  return { name: "syncing", presence: { heardMs: NOW }, catchUp, heartbeatAtMs: NOW + 25_000 };
}

function summary(step: ReturnType<typeof transition>): string[] {
  const name = step.state.name === "syncing" ? step.state.catchUp.step : step.state.name;
  return [name, ...step.effects.map((effect) => (effect.do === "send" ? `send ${effect.message.kind}` : effect.do))];
}

function endOf(step: ReturnType<typeof transition>): HubError | undefined {
  return step.state.name === "ended" ? step.state.reason.error : undefined;
}
