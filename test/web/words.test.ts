import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "@jest/globals";
import {
  DayResult,
  ExpectationSource,
  InstanceHealthSchema,
  PlanHealthSchema,
  Verdict,
} from "../../gen/hub/v1/fleet_pb.js";
import { VERDICTS as HUB_VERDICTS } from "../../src/fleet/verdicts.js";
import { find, findable } from "../../web/src/words/find.js";
import { presenceOf } from "../../web/src/words/presence.js";
import { explain } from "../../web/src/words/sentences.js";
import { count, many, percent, size } from "../../web/src/words/sizes.js";
import { stripPaths, stripWords } from "../../web/src/words/strip.js";
import { VERDICTS, verdictWords } from "../../web/src/words/verdicts.js";

const WHERE = { locale: "en-GB", timeZone: "Europe/Vienna" };
const NOW = Date.UTC(2026, 10, 23, 11);
const DAY = 86_400_000;
const at = (ms: number) => timestampFromMs(ms);

describe("sizes and numbers", () => {
  test.each([
    [0n, "0 B"],
    [999n, "999 B"],
    [1_023n, "1 KiB"],
    [740n * 1024n ** 2n, "740 MiB"],
    [1_288_490_188n, "1.2 GiB"],
    [2n ** 63n - 1n, "8 EiB"],
  ])("BRD2: %d bytes are %s", (bytes, words) => {
    expect(size(bytes)).toBe(words);
  });

  test("BRD2: counts have the reader's grouping, and percent no decimals", () => {
    expect(count(1_204, WHERE)).toBe("1,204");
    expect(count(123_456n, { locale: "de-DE" })).toBe("123.456");
    expect(many(1, "machine")).toBe("1 machine");
    expect(many(2, "machine")).toBe("2 machines");
    expect(percent(0.629)).toBe("62 %");
    expect(percent(0.9999)).toBe("99 %");
    expect(percent(1)).toBe("100 %");
  });
});

describe("verdicts in words", () => {
  test("BRD3: the page's verdicts are the hub's, in its order", () => {
    expect(VERDICTS.map(({ word }) => word.toLowerCase())).toEqual(HUB_VERDICTS);
  });

  test("BRD3: each has a mark of its own, and one that is not known is Unknown, never OK", () => {
    expect(new Set(VERDICTS.map(({ mark }) => mark)).size).toBe(VERDICTS.length);
    const unheard = create(PlanHealthSchema, JSON.parse('{ "verdict": 99 }')).verdict;
    expect(verdictWords(unheard).word).toBe("Unknown");
    expect(verdictWords(Verdict.UNSPECIFIED).word).toBe("Unknown");
  });

  const machine = create(InstanceHealthSchema, { instanceId: "wiki", connected: true });
  const gone = create(InstanceHealthSchema, { instanceId: "nas", lastSeen: at(Date.UTC(2026, 10, 20, 16, 31)) });

  test("BRD3: failing says how many runs, since when and what the machine said", () => {
    const plan = create(PlanHealthSchema, {
      verdict: Verdict.FAILING,
      failuresSince: 6,
      failingSince: at(Date.UTC(2026, 10, 21, 11, 31)),
      lastRun: { message: "the repository\nis locked." },
      nextStep: "Unlock it.",
    });
    expect(explain(plan, machine, NOW, WHERE)).toEqual({
      why: "The last 6 runs failed, since Sat 21 Nov, 12:31: the repository is locked.",
      what: "Unlock it.",
    });
  });

  test("BRD3: overdue says for how long, when it was due and since when the machine is offline, in the reader's zone", () => {
    const plan = create(PlanHealthSchema, {
      verdict: Verdict.OVERDUE,
      lastSuccess: { start: at(NOW - 12 * DAY) },
      expectation: {
        source: ExpectationSource.RHYTHM,
        due: at(NOW - 11 * DAY),
        words: "usually every 24 h (sure: 31 backups)",
      },
    });
    expect(explain(plan, gone, NOW, WHERE).why).toBe(
      "No backup for 12 d; it was due Thu 12 Nov, 12:00 (usually every 24 h (sure: 31 backups)). Offline since Fri 20 Nov, 17:31.",
    );
  });

  test("BRD3: late, paused and OK say what is next", () => {
    const due = { due: at(Date.UTC(2026, 10, 23, 6)), graceUntil: at(Date.UTC(2026, 10, 23, 14)) };
    const lastSuccess = { start: at(NOW - 5 * 3_600_000), result: DayResult.WARNING };
    expect(
      explain(create(PlanHealthSchema, { verdict: Verdict.LATE, expectation: due }), machine, NOW, WHERE).why,
    ).toBe("Was due today at 07:00. Grace until 15:00.");
    expect(explain(create(PlanHealthSchema, { verdict: Verdict.PAUSED, lastSuccess }), machine, NOW, WHERE).why).toBe(
      "The schedule is off. Last success 5 h ago.",
    );
    const ok = { verdict: Verdict.OK, lastSuccess, expectation: { due: at(Date.UTC(2026, 10, 24, 2)) } };
    expect(explain(create(PlanHealthSchema, ok), machine, NOW, WHERE).why).toBe(
      "Last success 5 h ago, with warnings, due tomorrow, 03:00.",
    );
  });

  test("BRD3: the age in the hub's sentence on what is not known goes on", () => {
    const plan = create(PlanHealthSchema, {
      verdict: Verdict.UNKNOWN,
      reason: "Last success 8 min ago. Nothing says when the next backup is due: too few backups to tell (1 of 5).",
      lastSuccess: { start: at(NOW - 12 * 60_000) },
    });
    expect(explain(plan, machine, NOW, WHERE).why).toBe(
      "Last success 12 min ago. Nothing says when the next backup is due: too few backups to tell (1 of 5).",
    );
  });

  test("BRD3: what the page has no words for says the hub", () => {
    const plan = create(PlanHealthSchema, {
      verdict: Verdict.UNKNOWN,
      reason: "It sends nothing.",
      nextStep: "Grant it.",
    });
    expect(explain(plan, machine, NOW, WHERE)).toEqual({ why: "It sends nothing.", what: "Grant it." });
    const away = create(PlanHealthSchema, {
      ...plan,
      reason: "It sends nothing. Offline since Fri 20 Nov, 16:31 UTC.",
    });
    expect(explain(away, gone, NOW, WHERE).why).toBe("It sends nothing. Offline since Fri 20 Nov, 17:31.");
  });
});

describe("presence in words", () => {
  const presence = (init: Parameters<typeof create<typeof InstanceHealthSchema>>[1]) =>
    presenceOf(create(InstanceHealthSchema, init), NOW, WHERE);

  test("BRD4: it tells whether a machine talks, and a gap under a minute is no outage", () => {
    expect(presence({ connected: true })).toEqual({ state: "on", words: "connected" });
    expect(presence({ presenceSince: at(NOW - 59_000) })).toEqual({ state: "reconnecting", words: "reconnecting" });
    expect(presence({ presenceSince: at(NOW - 3 * DAY) })).toEqual({ state: "off", words: "offline 3 d" });
    expect(presence({ lastSeen: at(NOW - 4 * DAY), settings: { notAlwaysOn: true } })).toEqual({
      state: "away",
      words: "away 4 d · not always on",
    });
    expect(presence({})).toEqual({ state: "off", words: "never connected" });
  });

  test("BRD4: after a start of the hub, who was there is coming back, for as long as the hub says", () => {
    const init = { presenceSince: at(NOW - 30_000), comingBackUntil: at(NOW + 1) };
    expect(presence(init)).toEqual({ state: "back", words: "coming back" });
    expect(presence({ ...init, connected: true }).state).toBe("on");
    expect(presence({ presenceSince: at(NOW - DAY), comingBackUntil: at(NOW) }).words).toBe("offline 24 h");
  });

  test("BRD4: a history that comes in is counted", () => {
    expect(presence({ connected: true, catchUp: { received: 1_204n, expected: 3_880n } }).words).toBe(
      "connected, catching up 1,204 of 3,880",
    );
    expect(presence({ connected: true, catchUp: { received: 12n } }).words).toBe("connected, catching up 12");
  });
});

describe("the strip of days", () => {
  const { BEFORE, OK, WARNING, FAILED, MISSED, NONE } = DayResult;

  test("BRD5: has at most a path for each state, and height tells them apart", () => {
    const paths = stripPaths([BEFORE, OK, WARNING, FAILED, MISSED, NONE, OK], true);
    expect([...paths.keys()].toSorted()).toEqual(["fail", "miss", "none", "ok", "run", "warn"]);
    const heights = new Map([...paths].map(([kind, path]) => [kind, /v(\d+)/.exec(path)?.[1]]));
    expect(heights.get("fail")).toBe("20");
    expect(heights.get("ok")).toBe("12");
    expect(heights.get("miss")).toBe("6");
    expect(heights.get("none")).toBe("1");
  });

  test("BRD5: days before the first backup are blank", () => {
    expect(stripPaths([BEFORE, BEFORE], false).size).toBe(0);
  });

  test("BRD5: is read as a sentence", () => {
    expect(
      stripWords([...Array<DayResult>(84).fill(OK), WARNING, WARNING, WARNING, FAILED, FAILED, MISSED], false),
    ).toBe("90 days: 84 good, 3 with warnings, 2 failed, 1 missed");
    expect(stripWords([BEFORE, NONE], true)).toBe("2 days: one runs now");
    expect(stripWords([NONE], false)).toBe("1 day: no backup");
  });
});

describe("finding", () => {
  const all = findable([
    create(InstanceHealthSchema, { instanceId: "praxis-nas", plans: [{ planId: "home", repoId: "vault" }] }),
    create(InstanceHealthSchema, { instanceId: "nas/2", plans: [{ planId: "nas-data", repoId: "vault" }] }),
  ]);

  test("BRD6: names that begin with the text come first, machines before plans, each repo once", () => {
    expect(find(all, "NAS").map(({ name }) => name)).toEqual(["nas/2", "nas-data", "praxis-nas"]);
    expect(find(all, "vault")).toHaveLength(1);
    expect(find(all, " ")).toEqual([]);
    expect(find(all, "nothing")).toEqual([]);
  });

  test("BRD6: a name with a slash has one step in its address", () => {
    expect(find(all, "nas/2")[0]?.path).toBe("/machines/nas%2F2");
  });
});
