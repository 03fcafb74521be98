import { describe, expect, test } from "@jest/globals";
import { create } from "@bufbuild/protobuf";
import {
  SyncStreamItem_SyncActionReceiveResourcesSchema,
  SyncStreamItem_SyncActionSetConfigSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import type { PeerHello, PeerMessage } from "../../src/dialect/dialect.js";
import type { Known } from "../../src/dialect/catch-up.js";
import type { SeedState } from "../../src/dialect/seed-catch-up.js";
import { SeedCatchUp } from "../../src/dialect/seed-catching-up.js";
import { HubError } from "../../src/errors.js";
import { NO_LOGS, type RunningFetch, type WantedLog } from "../../src/fleet/log-fetch.js";
import {
  type SessionEvent,
  type SessionLimits,
  type SessionState,
  sessionDeadline,
  transition,
} from "../../src/session/machine.js";
import { NOT_QUIET } from "../../src/session/quiet.js";

const LIMITS: SessionLimits = {
  openingTimeoutMs: 10_000,
  heartbeatIntervalMs: 25_000,
  idleProbeAfterMs: 45_000,
  probeTimeoutMs: 15_000,
  fenceTimeoutMs: 30_000,
  fullPassIntervalMs: 86_400_000,
  passTimeoutMs: 3_600_000,
  logTimeoutMs: 30_000,
};
const HELLO: PeerHello = {
  generation: "seed",
  keyid: "ecdsa.k",
  instanceId: "one",
  clearText: true,
  pairingSecret: "",
  capabilities: ["logs", "throttle"],
};
const CATCH_UPS = { beginCatchUp: (known: Known, nowMs: number) => SeedCatchUp.begin(known, nowMs) };
const NOW = 1_000_000;
const WANTED: WantedLog = { operationId: 1n, originalId: 7n, ref: "a", forReader: false, operationEnded: true };
const IDLE: SeedState = { step: "idle", fullPassAtMs: NOW + LIMITS.fullPassIntervalMs, open: 0 };
const RUNNING: RunningFetch = {
  wanted: WANTED,
  askedMs: NOW,
  heardMs: NOW,
  bytes: 0,
  expirationTsUnix: 0n,
  settled: false,
};
const PUSH = { id: 5, change: create(SyncStreamItem_SyncActionSetConfigSchema) };
/** A change, and behind it the question whether the peer goes on. */
const PUSHED: Expected = ["idle", "send set-config", "send request-resources", "pushed"];
const REMOVED = { cause: "removed", error: new HubError("permission_denied", "removed") } as const;

const STATES = {
  opening: { name: "opening", sinceMs: NOW },
  queued: { name: "queued" },
  admitting: { name: "admitting", hello: HELLO, catchUps: CATCH_UPS, sinceMs: NOW },
  asked: syncing({ step: "asked", full: true, startedMs: NOW, asks: { sinceMs: NOW, times: 1 }, stale: 0, open: 1 }),
  fenced: syncing({ step: "fenced", full: true, startedMs: NOW, asks: { sinceMs: NOW, times: 1 }, open: 1 }),
  settling: syncing({ step: "settling", full: true, startedMs: NOW, open: 0 }),
  live: syncing(IDLE),
  fetching: syncing(IDLE, { logs: { ...NO_LOGS, current: RUNNING, asked: ["a"] } }),
  draining: syncing(IDLE, { logs: { ...NO_LOGS, current: { ...RUNNING, settled: true }, asked: ["a"] } }),
  quiet: syncing(IDLE, { quiet: { untilMs: NOW + 10_000, held: [] } }),
  ended: { name: "ended", reason: REMOVED },
} satisfies Record<string, SessionState>;

const EVENTS = {
  queued: { type: "queued" },
  turn: { type: "turn" },
  hello: { type: "hello", hello: HELLO, catchUps: CATCH_UPS },
  admitted: { type: "admitted", mark: undefined, fullPassDue: true },
  operations: { type: "message", message: { kind: "operations", event: Uint8Array.of(1), entries: 1 } },
  resources: {
    type: "message",
    message: { kind: "resources", resources: create(SyncStreamItem_SyncActionReceiveResourcesSchema) },
  },
  heartbeat: { type: "message", message: { kind: "heartbeat" } },
  manifest: {
    type: "message",
    message: { kind: "manifest", manifest: { opIds: new BigInt64Array(1), modnos: new BigInt64Array(1) } },
  },
  compared: { type: "compared", wanted: new BigInt64Array(1) },
  taken: { type: "taken" },
  passEnded: { type: "pass-ended", counts: true },
  resync: { type: "resync" },
  logRequest: { type: "message", message: { kind: "log-request", logId: "../../etc/passwd" } },
  logPiece: { type: "message", message: logData("a", "piece") },
  logEnd: { type: "message", message: logData("a", "") },
  strayLog: { type: "message", message: logData("b", "piece") },
  throttle: { type: "message", message: { kind: "throttle", delayMs: 1_000n } },
  logWanted: { type: "log-wanted", wanted: { ...WANTED, operationId: 2n, ref: "c" } },
  crowded: { type: "crowded", delayMs: 700 },
  pushWanted: { type: "push-wanted", push: PUSH },
  tick: { type: "tick" },
  end: { type: "end", reason: REMOVED },
} satisfies Record<string, SessionEvent>;

type StateName = keyof typeof STATES;
type EventName = keyof typeof EVENTS;
/** The state it moves to (the catch-up's step stands for `syncing`) and what is done about it. */
type Expected = readonly [state: string, ...effects: string[]];

const STAYS: Record<StateName, Expected> = {
  opening: ["opening"],
  queued: ["queued"],
  admitting: ["admitting"],
  asked: ["asked"],
  fenced: ["fenced"],
  settling: ["settling"],
  live: ["idle"],
  fetching: ["idle"],
  draining: ["idle"],
  quiet: ["idle"],
  ended: ["ended"],
};
const END: Expected = ["ended", "end"];
/** The whole history is asked for. */
const ANEW: Expected = ["asked", "begin-pass", "send request-operations", "send request-resources"];
/** Whoever waits for the log that is being fetched hears of it first. */
const LEFT: Expected = ["ended", "log-ended", "end"];

// Every cell is decided: a new state or event does not compile until its row or column is filled.
const TABLE: Record<StateName, Record<EventName, Expected>> = {
  opening: {
    queued: ["queued"],
    turn: STAYS.opening,
    manifest: END,
    compared: STAYS.opening,
    taken: STAYS.opening,
    hello: ["admitting", "admit"],
    admitted: STAYS.opening,
    operations: END,
    resources: END,
    heartbeat: END,
    passEnded: STAYS.opening,
    resync: STAYS.opening,
    logRequest: END,
    logPiece: END,
    logEnd: END,
    strayLog: END,
    throttle: END,
    logWanted: STAYS.opening,
    crowded: STAYS.opening,
    pushWanted: STAYS.opening,
    tick: STAYS.opening,
    end: END,
  },
  queued: {
    queued: STAYS.queued,
    turn: ["opening"],
    manifest: END,
    compared: STAYS.queued,
    taken: STAYS.queued,
    hello: END,
    admitted: STAYS.queued,
    operations: END,
    resources: END,
    heartbeat: END,
    passEnded: STAYS.queued,
    resync: STAYS.queued,
    logRequest: END,
    logPiece: END,
    logEnd: END,
    strayLog: END,
    throttle: END,
    logWanted: STAYS.queued,
    crowded: STAYS.queued,
    pushWanted: STAYS.queued,
    tick: STAYS.queued,
    end: END,
  },
  admitting: {
    queued: STAYS.admitting,
    turn: STAYS.admitting,
    manifest: END,
    compared: STAYS.admitting,
    taken: STAYS.admitting,
    hello: END,
    admitted: ["asked", "send-handshake", "begin-pass", "send request-operations", "send request-resources"],
    operations: END,
    resources: END,
    heartbeat: END,
    passEnded: STAYS.admitting,
    resync: STAYS.admitting,
    logRequest: END,
    logPiece: END,
    logEnd: END,
    strayLog: END,
    throttle: END,
    logWanted: STAYS.admitting,
    crowded: STAYS.admitting,
    pushWanted: STAYS.admitting,
    tick: STAYS.admitting,
    end: END,
  },
  asked: {
    queued: STAYS.asked,
    turn: STAYS.asked,
    manifest: STAYS.asked,
    compared: STAYS.asked,
    taken: STAYS.asked,
    hello: END,
    admitted: STAYS.asked,
    operations: ["asked", "ingest"],
    resources: ["fenced", "learn", "send request-resources"],
    heartbeat: ["asked", "learn"],
    passEnded: STAYS.asked,
    resync: STAYS.asked,
    logRequest: ["asked", "send log-data"],
    logPiece: END,
    logEnd: END,
    strayLog: END,
    throttle: STAYS.asked,
    logWanted: STAYS.asked,
    crowded: ["asked", "send throttle"],
    pushWanted: STAYS.asked,
    tick: STAYS.asked,
    end: END,
  },
  fenced: {
    queued: STAYS.fenced,
    turn: STAYS.fenced,
    manifest: STAYS.fenced,
    compared: STAYS.fenced,
    taken: STAYS.fenced,
    hello: END,
    admitted: STAYS.fenced,
    operations: ["fenced", "ingest"],
    resources: ["settling", "learn", "end-pass"],
    heartbeat: ["fenced", "learn"],
    passEnded: STAYS.fenced,
    resync: STAYS.fenced,
    logRequest: ["fenced", "send log-data"],
    logPiece: END,
    logEnd: END,
    strayLog: END,
    throttle: STAYS.fenced,
    logWanted: STAYS.fenced,
    crowded: ["fenced", "send throttle"],
    pushWanted: STAYS.fenced,
    tick: STAYS.fenced,
    end: END,
  },
  settling: {
    queued: STAYS.settling,
    turn: STAYS.settling,
    manifest: STAYS.settling,
    compared: STAYS.settling,
    taken: STAYS.settling,
    hello: END,
    admitted: STAYS.settling,
    operations: ["settling", "ingest"],
    resources: ["settling", "learn"],
    heartbeat: ["settling", "learn"],
    passEnded: ["idle"],
    resync: STAYS.settling,
    logRequest: ["settling", "send log-data"],
    logPiece: END,
    logEnd: END,
    strayLog: END,
    throttle: STAYS.settling,
    logWanted: STAYS.settling,
    crowded: ["settling", "send throttle"],
    pushWanted: STAYS.settling,
    tick: STAYS.settling,
    end: END,
  },
  live: {
    queued: STAYS.live,
    turn: STAYS.live,
    manifest: STAYS.live,
    compared: STAYS.live,
    taken: STAYS.live,
    hello: END,
    admitted: STAYS.live,
    operations: ["idle", "ingest"],
    resources: ["idle", "learn"],
    heartbeat: ["idle", "learn"],
    passEnded: STAYS.live,
    resync: ANEW,
    logRequest: ["idle", "send log-data"],
    logPiece: END,
    logEnd: END,
    strayLog: END,
    throttle: STAYS.live,
    logWanted: ["idle", "send request-log"],
    crowded: ["idle", "send throttle"],
    pushWanted: PUSHED,
    tick: STAYS.live,
    end: END,
  },
  fetching: {
    queued: STAYS.fetching,
    turn: STAYS.fetching,
    manifest: STAYS.fetching,
    compared: STAYS.fetching,
    taken: STAYS.fetching,
    hello: LEFT,
    admitted: STAYS.fetching,
    operations: ["idle", "ingest"],
    resources: ["idle", "learn"],
    heartbeat: ["idle", "learn"],
    passEnded: STAYS.fetching,
    resync: ANEW,
    logRequest: ["idle", "send log-data"],
    logPiece: ["idle", "keep-log"],
    logEnd: ["idle", "log-ended"],
    strayLog: LEFT,
    throttle: STAYS.fetching,
    logWanted: STAYS.fetching,
    crowded: ["idle", "send throttle"],
    pushWanted: PUSHED,
    tick: STAYS.fetching,
    end: LEFT,
  },
  draining: {
    queued: STAYS.draining,
    turn: STAYS.draining,
    manifest: STAYS.draining,
    compared: STAYS.draining,
    taken: STAYS.draining,
    hello: END,
    admitted: STAYS.draining,
    operations: ["idle", "ingest"],
    resources: ["idle", "learn"],
    heartbeat: ["idle", "learn"],
    passEnded: STAYS.draining,
    resync: ANEW,
    logRequest: ["idle", "send log-data"],
    logPiece: STAYS.draining,
    logEnd: STAYS.draining,
    strayLog: END,
    throttle: STAYS.draining,
    logWanted: STAYS.draining,
    crowded: ["idle", "send throttle"],
    pushWanted: PUSHED,
    tick: STAYS.draining,
    end: END,
  },
  quiet: {
    queued: STAYS.quiet,
    turn: STAYS.quiet,
    manifest: STAYS.quiet,
    compared: STAYS.quiet,
    taken: STAYS.quiet,
    hello: END,
    admitted: STAYS.quiet,
    operations: ["idle", "ingest"],
    resources: ["idle", "learn"],
    heartbeat: ["idle", "learn"],
    passEnded: STAYS.quiet,
    // Asked when the quiet is over.
    resync: ["asked", "begin-pass"],
    logRequest: STAYS.quiet,
    logPiece: END,
    logEnd: END,
    strayLog: END,
    throttle: STAYS.quiet,
    logWanted: STAYS.quiet,
    crowded: STAYS.quiet,
    pushWanted: STAYS.quiet,
    tick: STAYS.quiet,
    end: END,
  },
  ended: {
    queued: STAYS.ended,
    turn: STAYS.ended,
    manifest: STAYS.ended,
    compared: STAYS.ended,
    taken: STAYS.ended,
    hello: STAYS.ended,
    admitted: STAYS.ended,
    operations: STAYS.ended,
    resources: STAYS.ended,
    heartbeat: STAYS.ended,
    passEnded: STAYS.ended,
    resync: STAYS.ended,
    logRequest: STAYS.ended,
    logPiece: STAYS.ended,
    logEnd: STAYS.ended,
    strayLog: STAYS.ended,
    throttle: STAYS.ended,
    logWanted: STAYS.ended,
    crowded: STAYS.ended,
    pushWanted: STAYS.ended,
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
    const step = transition(settling, { type: "pass-ended", counts: false }, LIMITS, NOW);
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

  test("SES13: a peer that did not announce them is sent neither request_log nor throttle", () => {
    const hello = { ...HELLO, capabilities: [] };
    const plain = syncing(IDLE, { hello });
    expect(summary(transition(plain, EVENTS.logWanted, LIMITS, NOW))).toEqual(["idle", "log-dropped"]);
    expect(summary(transition(plain, EVENTS.crowded, LIMITS, NOW))).toEqual(["idle"]);
  });

  test("LOGS8: a log waits until the history is there, and is asked for then", () => {
    const step = run(STATES.settling, [EVENTS.logWanted, NOW], [EVENTS.passEnded, NOW + 1]);
    expect(step.effects).toEqual([{ do: "send", message: { kind: "request-log", logId: "c" } }]);
  });

  test("LOGS8: the next log is asked for when the one before has ended", () => {
    const step = run(STATES.fetching, [EVENTS.logWanted, NOW], [EVENTS.logPiece, NOW], [EVENTS.logEnd, NOW]);
    expect(summary(step)).toEqual(["idle", "log-ended", "send request-log"]);
  });

  test("LOGS9: a log of which nothing comes for 30 s is given up, and the session goes on", () => {
    const piece = transition(STATES.fetching, EVENTS.logPiece, LIMITS, NOW + 20_000);
    expect(sessionDeadline({ ...piece.state, heartbeatAtMs: NOW + 90_000 } as Syncing, LIMITS)).toBe(NOW + 50_000);
    expect(summary(transition(piece.state, EVENTS.tick, LIMITS, NOW + 49_999))).not.toContain("log-ended");
    const late = transition(piece.state, EVENTS.tick, LIMITS, NOW + 50_000);
    expect(late.effects).toContainEqual(expect.objectContaining({ do: "log-ended", ending: { how: "silent" } }));
    expect(late.state.name).toBe("syncing");
  });

  test("THR1: a peer that asks for quiet hears nothing but heartbeats and the question whether it is there", () => {
    const quiet = run(STATES.live, [throttled(60_000n), NOW], [EVENTS.logWanted, NOW], [EVENTS.logRequest, NOW]);
    expect(summary(quiet)).toEqual(["idle"]);
    const beat = run(quiet.state, [EVENTS.tick, NOW + 25_000]);
    expect(summary(beat)).toEqual(["idle", "send heartbeat"]);
    const probe = run(beat.state, [EVENTS.tick, NOW + 45_000]);
    expect(summary(probe)).toEqual(["idle", "send request-resources"]);
    const over = run(probe.state, [EVENTS.heartbeat, NOW + 46_000], [EVENTS.tick, NOW + 60_000]);
    expect(summary(over)).toEqual(["idle", "send heartbeat", "send log-data", "send request-log"]);
  });

  test("THR1: the requests of a pass wait in their order, and are not late while they wait", () => {
    const due = NOW + LIMITS.fullPassIntervalMs;
    const began = run(STATES.live, [throttled(60_000n), due - 1], [EVENTS.tick, due - 1]);
    const still = run({ ...began.state, presence: { heardMs: due } } as Syncing, [EVENTS.tick, due + 40_000]);
    expect(summary(still)).not.toContain("begin-pass");
    const step = run(STATES.settling, [throttled(50_000n), NOW], [{ type: "pass-ended", counts: true }, NOW]);
    expect(step.effects).toEqual([]);
    const full = syncing({ step: "settling", full: false, startedMs: NOW, open: 0 });
    const held = run(full, [throttled(50_000n), NOW], [{ type: "pass-ended", counts: false }, NOW]);
    expect(summary(held)).toEqual(["asked", "begin-pass"]);
    expect(summary(run(held.state, [EVENTS.tick, NOW + 49_999]))).toEqual(["asked", "send heartbeat"]);
    const over = run(held.state, [EVENTS.tick, NOW + 50_000]);
    expect(summary(over)).toEqual(["asked", "send heartbeat", "send request-operations", "send request-resources"]);
    expect(summary(run(over.state, [EVENTS.tick, NOW + 79_999]))).not.toContain("send request-resources");
  });

  test("THR2: a delay is at most 60 s, a negative one is none, and of two the later end counts", () => {
    const endOfQuiet = (...delays: bigint[]) => {
      const step = run(STATES.live, ...delays.map((delayMs) => [throttled(delayMs), NOW] as const));
      return step.state.name === "syncing" ? step.state.quiet.untilMs : undefined;
    };
    expect(endOfQuiet(2n ** 63n - 1n)).toBe(NOW + 60_000);
    expect(endOfQuiet(-(2n ** 63n))).toBe(0);
    expect(endOfQuiet(0n)).toBe(0);
    expect(endOfQuiet(5_000n, 1_000n, -1n)).toBe(NOW + 5_000);
  });

  test("THR2: quiet that is asked for again and again does not make a pass longer than an hour", () => {
    let state: SessionState = STATES.fenced;
    let now = NOW;
    for (; state.name === "syncing" && now < NOW + 4 * LIMITS.passTimeoutMs; now += 30_000) {
      state = run(state, [throttled(60_000n), now], [EVENTS.tick, now]).state;
    }
    expect(now).toBe(NOW + LIMITS.passTimeoutMs + 30_000);
    expect(endOf({ state, effects: [] })?.message).toContain("did not finish sending its history");
  });

  test("THR2: nor a log longer than five minutes, and the session goes on", () => {
    let state: SessionState = STATES.fetching;
    const endings: number[] = [];
    for (let now = NOW; now <= NOW + 600_000; now += 30_000) {
      const step = run(state, [throttled(60_000n), now], [EVENTS.logPiece, now], [EVENTS.heartbeat, now]);
      const ticked = run(step.state, [EVENTS.tick, now]);
      if (summary(ticked).includes("log-ended")) endings.push(now - NOW);
      state = ticked.state;
    }
    expect(endings).toEqual([300_000]);
    expect(state.name).toBe("syncing");
  });

  test("THR2: a peer that keeps asking while it wants no answer ends its session", () => {
    let state: SessionState = STATES.quiet;
    for (let n = 0; n < 64; n++) state = run(state, [EVENTS.logRequest, NOW + 1]).state;
    expect(state.name).toBe("syncing");
    expect(endOf(run(state, [EVENTS.logRequest, NOW + 1]))).toMatchObject({ code: "resource_exhausted" });
  });

  test("MAN15: a history that is wanted anew is asked for behind the pass that is under way, once", () => {
    const wanted = run(STATES.settling, [EVENTS.resync, NOW], [EVENTS.resync, NOW]);
    expect(wanted.effects).toEqual([]);
    const begun = run(wanted.state, [EVENTS.passEnded, NOW + 1]);
    expect(summary(begun)).toEqual(ANEW);
    const over = run(
      begun.state,
      [EVENTS.resources, NOW + 2],
      [EVENTS.resources, NOW + 3],
      [EVENTS.passEnded, NOW + 4],
    );
    expect(summary(over)).toEqual(["idle"]);
  });

  test("THR3: a crowding peer is told to wait at most once a second", () => {
    const told = run(STATES.live, [EVENTS.crowded, NOW]);
    expect(told.effects).toEqual([{ do: "send", message: { kind: "throttle", delayMs: 700 } }]);
    expect(run(told.state, [EVENTS.crowded, NOW + 999]).effects).toEqual([]);
    expect(run(told.state, [EVENTS.crowded, NOW + 1_000]).effects).toHaveLength(1);
  });
});

type Syncing = Extract<SessionState, { name: "syncing" }>;

function syncing(catchUp: SeedState, more: Partial<Syncing> = {}): Syncing {
  return {
    name: "syncing",
    hello: HELLO,
    presence: { heardMs: NOW },
    catchUp: new SeedCatchUp(catchUp),
    heartbeatAtMs: NOW + 25_000,
    logs: NO_LOGS,
    quiet: NOT_QUIET,
    throttledMs: Number.NEGATIVE_INFINITY,
    resync: false,
    push: undefined,
    ...more,
  };
}

function throttled(delayMs: bigint): SessionEvent {
  return { type: "message", message: { kind: "throttle", delayMs } };
}

/** One event after the other; the last one's step. */
function run(
  from: SessionState,
  ...events: readonly (readonly [SessionEvent, number])[]
): ReturnType<typeof transition> {
  let step: ReturnType<typeof transition> = { state: from, effects: [] };
  for (const [event, nowMs] of events) step = transition(step.state, event, LIMITS, nowMs);
  return step;
}

function logData(logId: string, text: string): Extract<PeerMessage, { kind: "log-data" }> {
  const chunk = Uint8Array.from(Buffer.from(text));
  return { kind: "log-data", logId, ownerOpid: 0n, expirationTsUnix: 0n, chunk, errorMessage: "" };
}

function summary(step: ReturnType<typeof transition>): string[] {
  const name = step.state.name === "syncing" ? step.state.catchUp.step : step.state.name;
  return [name, ...step.effects.map((effect) => (effect.do === "send" ? `send ${effect.message.kind}` : effect.do))];
}

function endOf(step: ReturnType<typeof transition>): HubError | undefined {
  return step.state.name === "ended" ? step.state.reason.error : undefined;
}
