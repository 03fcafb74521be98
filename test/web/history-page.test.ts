import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import { OperationKind } from "../../gen/hub/v1/history_pb.js";
import { type Operation, OperationEventSchema, OperationSchema, OperationStatus } from "../../gen/v1/operations_pb.js";
import { drawnRows } from "../../web/src/pages/history/drawn-rows.js";
import { factsOf } from "../../web/src/pages/history/facts.js";
import { filterParts } from "../../web/src/pages/history/filter-words.js";
import { filterOf, fits } from "../../web/src/pages/history/filter.js";
import { held, merged, MOST_TOLD, NOTHING_TOLD, withEvents } from "../../web/src/pages/history/live-list.js";
import { endOf, logRefs, wordsInstead } from "../../web/src/pages/history/log-text.js";
import { namesOf } from "../../web/src/pages/history/names.js";
import { addedBytes, headline, lineOf, objectOf, tookMs } from "../../web/src/pages/history/operation-words.js";
import { rowsOf } from "../../web/src/pages/history/rows.js";
import { seenBefore } from "../../web/src/pages/history/seen.js";
import { dayStart } from "../../web/src/pages/history/time-choices.js";
import { type HistoryView, NO_FILTER, readView, writeView } from "../../web/src/pages/history/view.js";
import { firstWords, harmless } from "../../web/src/words/harmless.js";
import { dayTitle } from "../../web/src/words/times.js";
import type { Where } from "../../web/src/words/where.js";

const { STATUS_SUCCESS, STATUS_ERROR, STATUS_PENDING, STATUS_INPROGRESS, STATUS_WARNING } = OperationStatus;
const VIENNA: Where = { locale: "en-GB", timeZone: "Europe/Vienna" };
const HOUR = 3_600_000;
/** A Monday, 12:00 in Vienna. */
const NOW = Date.UTC(2026, 10, 23, 11);

function operation(id: number, change: MessageInitShape<typeof OperationSchema> = {}): Operation {
  return create(OperationSchema, {
    id: BigInt(id),
    modno: BigInt(id),
    planId: "home",
    repoId: "vault",
    instanceId: "nas",
    status: STATUS_SUCCESS,
    unixTimeStartMs: BigInt(NOW - HOUR + id * 1_000),
    op: { case: "operationBackup", value: {} },
    ...change,
  });
}

function view(change: Partial<HistoryView>): HistoryView {
  return { ...NO_FILTER, operation: undefined, ...change };
}

const all = () => true;
const ids = (operations: readonly Operation[]) => operations.map(({ id }) => Number(id));
const created = (...operations: Operation[]) =>
  create(OperationEventSchema, { event: { case: "createdOperations", value: { operations } } });
const updated = (...operations: Operation[]) =>
  create(OperationEventSchema, { event: { case: "updatedOperations", value: { operations } } });
const deleted = (...values: bigint[]) =>
  create(OperationEventSchema, { event: { case: "deletedOperations", value: { values } } });

describe("the address of the history", () => {
  test("BRD110: holds every filter and the open detail, whose id keeps all its digits", () => {
    const wanted = view({
      machine: "a & b",
      plan: "p/q",
      repo: "vault",
      kind: "prune",
      result: "failed",
      time: "7d",
      operation: 9_007_199_254_740_993n,
    });
    const params = new URLSearchParams(writeView(wanted).toString());
    expect(params.get("operation")).toBe("9007199254740993");
    expect(readView(params)).toEqual(wanted);
    expect(writeView(view({})).toString()).toBe("");
  });

  test("BRD110: days stand in it by themselves; what it cannot mean is left out", () => {
    expect(writeView(view({ time: "days", from: "2026-11-01" })).toString()).toBe("from=2026-11-01");
    expect(readView(new URLSearchParams("to=2026-11-03&time=7d"))).toEqual(view({ time: "days", to: "2026-11-03" }));
    const odd = "operation=12x&kind=nonsense&result=good&time=1y&from=yesterday&machine=";
    expect(readView(new URLSearchParams(odd))).toEqual(view({}));
  });
});

describe("what the hub is asked for", () => {
  test("BRD111: hooks and snapshots are left out until somebody asks for them or looks for trouble", () => {
    const beside = [OperationKind.RUN_HOOK, OperationKind.INDEX_SNAPSHOT];
    const usual = filterOf(view({}), NOW).kinds;
    expect(usual).toContain(OperationKind.BACKUP);
    expect(usual.filter((kind) => beside.includes(kind))).toEqual([]);
    expect(filterOf(view({ kind: "all" }), NOW).kinds).toEqual([]);
    expect(filterOf(view({ result: "failed" }), NOW).kinds).toEqual([]);
    expect(filterOf(view({ result: "success" }), NOW).kinds).toEqual(usual);
    expect(filterOf(view({ kind: "hook" }), NOW).kinds).toEqual([OperationKind.RUN_HOOK]);
  });

  test("BRD111: the last day is part of what is asked for; a day that there is not bounds nothing", () => {
    const { since, until } = filterOf(view({ time: "days", from: "2026-11-01", to: "2026-11-01" }), NOW);
    expect(Number((until?.seconds ?? 0n) - (since?.seconds ?? 0n))).toBe(86_400);
    expect(dayStart("2026-02-31")).toBeUndefined();
    expect(filterOf(view({ time: "24h" }), NOW).since?.seconds).toBe(BigInt((NOW - 24 * HOUR) / 1_000));
  });

  test.each<[Partial<HistoryView>, boolean]>([
    [{}, true],
    [{ machine: "nas" }, true],
    [{ machine: "other" }, false],
    [{ plan: "home", repo: "vault" }, true],
    [{ repo: "guid" }, true],
    [{ plan: "else" }, false],
    [{ kind: "prune" }, false],
    [{ result: "success" }, true],
    [{ result: "trouble" }, false],
    [{ time: "24h" }, true],
    [{ time: "days", to: "2026-11-20" }, false],
  ])("BRD111: what is told live is held to the same filter: %j", (change, expected) => {
    const one = operation(1, { repoGuid: "guid", instanceId: "as it claims" });
    expect(fits(one, filterOf(view(change), NOW), "nas")).toBe(expected);
  });

  test("BRD111: what is planned is shown only when it is asked for", () => {
    const planned = operation(1, { status: STATUS_PENDING });
    expect(fits(planned, filterOf(view({}), NOW), "nas")).toBe(false);
    expect(fits(planned, filterOf(view({ result: "planned" }), NOW), "nas")).toBe(true);
  });

  test("BRD111: of the chosen machine its own plans can be chosen, and always what the address asks for", () => {
    const machines = [
      { instanceId: "nas10", plans: [{ planId: "home", repoId: "vault" }] },
      { instanceId: "nas9", plans: [{ planId: "mail", repoId: "" }] },
    ] as unknown as Parameters<typeof namesOf>[0];
    expect(namesOf(machines, view({})).machines).toEqual(["nas9", "nas10"]);
    expect(namesOf(machines, view({ machine: "nas9", plan: "gone" }))).toEqual({
      machines: ["nas9", "nas10"],
      plans: ["gone", "mail"],
      repos: [],
    });
  });

  test("BRD112: what was filtered for is named, each with what lifts it", () => {
    const parts = filterParts(view({ machine: "nas", result: "failed", time: "days", from: "2026-11-01" }));
    expect(parts.map(({ words }) => words)).toEqual(["machine nas", "result Failed", "from 2026-11-01 on"]);
    expect(parts[2]?.lift).toEqual({ time: undefined, from: undefined, to: undefined });
    expect(filterParts(view({ operation: 1n }))).toEqual([]);
  });
});

describe("a live list", () => {
  const read = [operation(5), operation(4), operation(3)];

  test("BRD113: changes stand in place, what is gone leaves, what is new is sorted in", () => {
    const running = operation(4, { status: STATUS_INPROGRESS, modno: 40n });
    const told = withEvents(NOTHING_TOLD, [created(operation(6)), updated(running), deleted(3n)], all);
    const now = merged(read, told, true, all);
    expect(ids(now)).toEqual([6, 5, 4]);
    expect(now[2]).toBe(running);
  });

  test("BRD113: an older state does not replace a newer one, and what was deleted may come again", () => {
    const old = operation(5, { status: STATUS_INPROGRESS, modno: 1n });
    const told = withEvents(NOTHING_TOLD, [deleted(4n), updated(old), created(operation(4))], all);
    const now = merged(read, told, true, all);
    expect(ids(now)).toEqual([5, 4, 3]);
    expect(now[0]).toBe(read[0]);
  });

  test("BRD113: what does not fit is left out; a row that no longer fits stays where it is", () => {
    const isWanted = ({ status }: Operation) => status === STATUS_INPROGRESS;
    const ended = operation(5, { modno: 50n });
    const told = withEvents(
      NOTHING_TOLD,
      [created(operation(6)), updated(ended)],
      (one) => one.id === 5n || isWanted(one),
    );
    expect(ids(merged(read, told, true, isWanted))).toEqual([5, 4, 3]);
  });

  test("BRD113: what is older than all that was read waits for its page", () => {
    const told = withEvents(NOTHING_TOLD, [created(operation(1))], all);
    expect(ids(merged(read, told, false, all))).toEqual([5, 4, 3]);
    expect(ids(merged(read, told, true, all))).toEqual([5, 4, 3, 1]);
  });

  test("BRD113: it does not grow without end", () => {
    const many = Array.from({ length: MOST_TOLD + 1 }, (_, n) => operation(n + 10));
    const told = withEvents(NOTHING_TOLD, [created(...many)], all);
    expect(told.changed.size).toBe(MOST_TOLD);
    expect(told.tooMany).toBe(true);
  });

  test("BRD114: while somebody reads, what is new waits, and older pages come", () => {
    const now = [operation(7), operation(6), operation(5), operation(4), operation(3), operation(2)];
    const { list, waiting } = held(new Set([6n, 4n, 3n]), now);
    expect(ids(list)).toEqual([6, 4, 3, 2]);
    expect(ids(waiting)).toEqual([7, 5]);
    expect(held(new Set(), now)).toEqual({ list: now, waiting: [] });
  });
});

describe("days", () => {
  test.each([
    [NOW, "Today, Mon 23 Nov"],
    [NOW - 13 * HOUR, "Yesterday, Sun 22 Nov"],
    [NOW + 13 * HOUR, "Tomorrow, Tue 24 Nov"],
    [NOW - 365 * 24 * HOUR, "Sun 23 Nov 2025"],
  ])("BRD115: %d is %s", (at, words) => {
    expect(dayTitle(at, NOW, VIENNA)).toBe(words);
  });

  test("BRD115: operations stand under the days of the reader's zone", () => {
    const late = operation(1, { unixTimeStartMs: BigInt(Date.UTC(2026, 10, 22, 23, 30)) });
    const early = operation(2, { unixTimeStartMs: BigInt(Date.UTC(2026, 10, 22, 22, 30)) });
    const heads = (where: Where) => rowsOf([late, early], where).filter(({ kind }) => kind === "day").length;
    expect(heads(VIENNA)).toBe(2);
    expect(heads({ timeZone: "UTC" })).toBe(1);
  });

  test("BRD115: a short list is drawn whole; of a long one what is in sight, its day and the row with the focus", () => {
    const rows = rowsOf(
      Array.from({ length: 1_000 }, (_, n) => operation(n)),
      VIENNA,
    );
    const range = { startIndex: 500, endIndex: 520, overscan: 5 };
    expect(drawnRows({ ...range, count: 200 }, rows, -1)).toHaveLength(200);
    const drawn = drawnRows({ ...range, count: rows.length }, rows, 900);
    expect(drawn.slice(0, 2)).toEqual([0, 495]);
    expect(drawn.slice(-2)).toEqual([525, 900]);
  });
});

describe("what an operation says", () => {
  test("BRD116: a row names the kind, what it was done with and why it failed", () => {
    const failed = operation(1, {
      status: STATUS_ERROR,
      displayMessage: 'command "restic backup" failed: exit status 1: Fatal: unable to\nopen   repository',
    });
    expect(headline(failed)).toBe("Backup failed");
    expect(objectOf(failed)).toBe("home to vault");
    expect(lineOf(failed, NOW)).toBe("unable to open repository");
    expect(objectOf(operation(1, { planId: "_system_", op: { case: "operationPrune", value: {} } }))).toBe("of vault");
  });

  test("BRD116: a running backup says how far it is and how long it still takes", () => {
    const status = { percentDone: 0.5, bytesDone: 10n, totalBytes: 20n };
    const running = operation(1, {
      status: STATUS_INPROGRESS,
      unixTimeStartMs: BigInt(NOW - 600_000),
      op: { case: "operationBackup", value: { lastStatus: { entry: { case: "status", value: status } } } },
    });
    expect(lineOf(running, NOW)).toBe("50 %, about 10 min left");
    expect(headline(running)).toBe("Backup running");
    expect(headline(running, true)).toBe("Backup of unknown end");
    expect(tookMs(running, NOW)).toBe(600_000);
    expect(addedBytes(running)).toBe(10n);
    expect(addedBytes({ ...running, status: STATUS_ERROR })).toBeUndefined();
  });

  test("BRD116: the summary is shown whole, and that no snapshot was made", () => {
    const summary = { filesNew: 41n, filesChanged: 12n, filesUnmodified: 18_204n, dataAdded: 1_048_576n };
    const done = operation(1, {
      unixTimeEndMs: BigInt(NOW),
      op: { case: "operationBackup", value: { lastStatus: { entry: { case: "summary", value: summary } } } },
    });
    const facts = factsOf(done, VIENNA);
    expect(facts[0]).toEqual({ label: "Files", value: "41 new, 12 changed, 18,204 unmodified" });
    expect(facts.at(-1)).toEqual({ label: "Snapshot", value: "none was made", none: true });
    expect(factsOf({ ...done, snapshotId: "9f31c2abffff" }, VIENNA).at(-1)).toMatchObject({ value: "9f31c2ab" });
  });

  test("BRD117: how often the same error was seen; numbers in it do not tell it apart", () => {
    const failure = (id: number, displayMessage: string) => operation(id, { status: STATUS_ERROR, displayMessage });
    const failures = [
      failure(9, "locked by 77"),
      failure(8, "else"),
      failure(7, "locked by 5"),
      failure(6, "locked by 6"),
    ];
    const now = failure(9, "locked by 77");
    expect(seenBefore(now, failures, false)).toEqual({ times: 3, sinceMs: NOW - HOUR + 6_000, more: false });
    expect(seenBefore(now, failures, true).more).toBe(true);
    expect(seenBefore(failure(7, "locked by 5"), failures, false).times).toBe(2);
    expect(seenBefore(failure(9, ""), [failure(9, ""), failure(8, "")], false).times).toBe(1);
  });

  test("BRD118: logs are read by the hub's names; a sentence instead of a log is told apart from one", () => {
    const prune = operation(1, { logref: "o1.a", op: { case: "operationPrune", value: { outputLogref: "o1.b" } } });
    expect(logRefs(prune)).toEqual(["o1.a", "o1.b"]);
    expect(logRefs(operation(1))).toEqual([]);
    expect(wordsInstead("the hub knows no log of that name; it may belong to a history that is gone")).toBeDefined();
    expect(wordsInstead("the machine did not give this log: no")).toBeDefined();
    expect(wordsInstead("[restic] the hub\nand more")).toBeUndefined();
    expect(wordsInstead("")).toBeUndefined();
    expect(endOf("one\ntwo\nthree", 9)).toBe("three");
  });
});

describe("texts of machines", () => {
  test("BRD119: characters that steer what is around them are named", () => {
    expect(harmless("a\u202Eb\u2066c\u200Fd\u0000e\r\nf\tg")).toBe("a[U+202E]b[U+2066]c[U+200F]d[U+0000]e\nf\tg");
    expect(harmless("<img src=x onerror=alert(1)>")).toBe("<img src=x onerror=alert(1)>");
  });

  test("BRD119: of a message of a megabyte a line is made at once, not within a character", () => {
    const line = firstWords("😀".repeat(500_000), 7);
    expect(line).toBe("😀😀😀 …");
    expect(firstWords(" a \n b ", 10)).toBe("a b");
    expect(
      lineOf(operation(1, { status: STATUS_WARNING, displayMessage: "x".repeat(1 << 20) }), NOW).length,
    ).toBeLessThan(200);
  });
});
