import { describe, expect, test } from "@jest/globals";
import {
  type LogEffect,
  type LogFetch,
  type LogPiece,
  logPieceCame,
  logTick,
  logWanted,
  NO_LOGS,
  nextLog,
  type WantedLog,
} from "../../src/fleet/log-fetch.js";
import { LOG_MAX_BYTES } from "../../src/store/logs.js";

const NOW = 1_000_000;
const LIMITS = { logTimeoutMs: 30_000 };

describe("fetching logs", () => {
  test("LOGS8: readers go first, and each kind keeps its order", () => {
    const state = wantAll(wanted("a"), wanted("b"), wanted("r", true), wanted("s", true), wanted("b", true));
    expect(state.waiting.map(({ ref }) => ref)).toEqual(["r", "s", "b", "a"]);
  });

  test("LOGS8: at most 64 wait: the oldest that nobody waits for makes way, and only when there is none the newest", () => {
    let state = wantAll(...Array.from({ length: 64 }, (_, n) => wanted(`l${n}`)));
    const step = logWanted(state, wanted("r", true));
    expect(step.effects).toMatchObject([{ do: "log-dropped", wanted: { ref: "l0" }, why: "too-many" }]);
    state = wantAll(...Array.from({ length: 64 }, (_, n) => wanted(`l${n}`, true)));
    expect(logWanted(state, wanted("r", true)).effects).toMatchObject([{ wanted: { ref: "r" }, why: "too-many" }]);
  });

  test("LOGS10: a log above 4 MiB is cut, read to its end, and the next one is asked for", () => {
    let state = asking("a", "b");
    const piece = new Uint8Array(3 << 20);
    expect(kinds(came(state, { chunk: piece }))).toEqual(["keep-log"]);
    state = came(state, { chunk: piece }).state;
    const cut = came(state, { chunk: piece });
    expect(cut.effects).toMatchObject([
      { do: "keep-log", chunk: { byteLength: LOG_MAX_BYTES - piece.byteLength } },
      { do: "log-ended", ending: { how: "cut" } },
    ]);
    const more = came(cut.state, { chunk: piece });
    expect([kinds(more), kinds(nextLog(more.state, NOW))]).toEqual([[], []]);
    const ended = came(more.state, {});
    expect(nextLog(ended.state, NOW).effects).toEqual([{ do: "request-log", logId: "b" }]);
  });

  test("LOGS10: a log without an end ends the session after 64 MiB that nobody wants", () => {
    let state = asking("a");
    let effects: readonly LogEffect[] = [];
    let pieces = 0;
    while (!effects.some(({ do: what }) => what === "refuse")) {
      ({ state, effects } = came(state, { chunk: new Uint8Array(1 << 20) }));
      pieces += 1;
    }
    expect([pieces, effects]).toEqual([4 + 1 + 64 + 1, [expect.objectContaining({ code: "resource_exhausted" })]]);
  });

  test("LOGS10: pieces that come steadily but never end are given up after 5 minutes", () => {
    let state = asking("a");
    for (let ms = 0; ms < 300_000; ms += 20_000) state = came(state, { chunk: Uint8Array.of(1) }, NOW + ms).state;
    expect(logTick(state, LIMITS, NOW + 299_999).effects).toEqual([]);
    expect(logTick(state, LIMITS, NOW + 300_000).effects).toMatchObject([{ ending: { how: "silent" } }]);
  });

  test("LOGS9: a log that was given up is not asked for again, and its late pieces are no offence", () => {
    const { state } = logTick(asking("a"), LIMITS, NOW + 30_000);
    expect(logWanted(state, wanted("a", true)).effects).toMatchObject([{ do: "log-dropped", why: "unanswered" }]);
    expect(came(state, { chunk: Uint8Array.of(1) }).effects).toEqual([]);
    expect(came(state, {}).effects).toEqual([]);
  });

  test("LOGS9: after 16 logs that never ended the peer is asked for none", () => {
    let state = wantAll(...Array.from({ length: 20 }, (_, n) => wanted(`l${n}`)));
    const asked: LogEffect[] = [];
    for (let n = 0; n < 20; n++) {
      const next = nextLog(state, NOW);
      asked.push(...next.effects);
      ({ state } = logTick(next.state, LIMITS, NOW + 30_000));
    }
    expect(asked.filter(({ do: what }) => what === "request-log")).toHaveLength(16);
    expect(asked.filter(({ do: what }) => what === "log-dropped")).toHaveLength(4);
  });

  test("LOGS11: a log that belongs to another operation is not kept, and read to its end", () => {
    const foreign = came(asking("a"), { ownerOpid: 8n, chunk: Uint8Array.of(1) });
    expect(foreign.effects).toMatchObject([{ do: "log-ended", ending: { how: "foreign" } }]);
    expect(came(foreign.state, { chunk: Uint8Array.of(1) }).effects).toEqual([]);
    expect(came(came(foreign.state, {}).state, {}).effects).toEqual([]);
    expect(kinds(came(asking("a"), { ownerOpid: 7n, chunk: Uint8Array.of(1) }))).toEqual(["keep-log"]);
  });

  test("LOGS11: a log that was not asked for is refused, whatever its name", () => {
    for (const logId of ["", "b", "../../etc/passwd", "a\0", "x".repeat(10_240)]) {
      expect(came(asking("a"), { logId, chunk: Uint8Array.of(1) }).effects).toMatchObject([
        { do: "refuse", code: "invalid_argument" },
      ]);
    }
  });

  test("LOGS12: a peer's words are passed on in one short line", () => {
    const { effects } = came(asking("a"), { errorMessage: `gone\u001b[31m\n\u202e${"x".repeat(500)}` });
    const [ended] = effects;
    const ending = ended?.do === "log-ended" ? ended.ending : undefined;
    expect(ending).toMatchObject({ how: "refused", why: expect.stringMatching(/^gone \[31m x+$/) });
    expect(ending?.how === "refused" && ending.why.length).toBeLessThanOrEqual(200);
  });

  test("LOGS6: the expiry that came last counts", () => {
    let { state } = came(asking("a"), { expirationTsUnix: 5n, chunk: Uint8Array.of(1) });
    ({ state } = came(state, { expirationTsUnix: 6n, chunk: Uint8Array.of(1) }));
    expect(came(state, {}).effects).toMatchObject([{ ending: { how: "whole" }, expirationTsUnix: 6n }]);
  });
});

function wanted(ref: string, forReader = false): WantedLog {
  return { operationId: 1n, originalId: 7n, ref, forReader, operationEnded: true };
}

function wantAll(...all: WantedLog[]): LogFetch {
  let state = NO_LOGS;
  for (const each of all) ({ state } = logWanted(state, each));
  return state;
}

/** The first is asked for, the others wait. */
function asking(...refs: string[]): LogFetch {
  return nextLog(wantAll(...refs.map((ref) => wanted(ref))), NOW).state;
}

function came(state: LogFetch, piece: Partial<LogPiece>, nowMs = NOW) {
  const empty = { logId: "a", ownerOpid: 0n, expirationTsUnix: 0n, chunk: new Uint8Array(), errorMessage: "" };
  return logPieceCame(state, { ...empty, ...piece }, nowMs);
}

function kinds(step: { readonly effects: readonly LogEffect[] }): string[] {
  return step.effects.map(({ do: what }) => what);
}
