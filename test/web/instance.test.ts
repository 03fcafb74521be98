import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import { DayResult, InstanceHealthSchema, PlanHistorySchema, Verdict } from "../../gen/hub/v1/fleet_pb.js";
import { KnockReason, KnockSchema } from "../../gen/hub/v1/peers_pb.js";
import { OperationSchema, OperationStatus } from "../../gen/v1/operations_pb.js";
import { PeerStateSchema, RemoteConfigSchema } from "../../gen/v1sync/syncservice_pb.js";
import { MASK } from "../../src/access/secret-text.js";
import {
  boundsOf,
  bucketsOf,
  highestOf,
  inWords,
  isBad,
  median,
  oddBeyond,
  topOf,
  valueOf,
} from "../../web/src/pages/instance/chart.js";
import { betweenMasks, configurationText, showsAnything } from "../../web/src/pages/instance/configuration.js";
import { isArriving, keyRequest, verdictCounts } from "../../web/src/pages/instance/machine.js";
import { kindOf, reposOf, sizesOf } from "../../web/src/pages/instance/repos.js";
import { shortKey } from "../../web/src/words/keys.js";
import { namesPlans } from "../../web/src/words/plans.js";
import { size } from "../../web/src/words/sizes.js";
import { missingRepos, operationsTitle, sendsOf, toSee } from "../../web/src/pages/instance/sends.js";
import { choices, spanWords } from "../../web/src/pages/instance/spans.js";

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MIB = 1024 ** 2;

describe("sizes and durations over time", () => {
  const history = (days: number) =>
    create(PlanHistorySchema, {
      results: Array.from({ length: days }, () => DayResult.OK),
      backups: Array.from({ length: days }, (_, day) => (day % 2 === 0 ? 2 : 0)),
      failed: Array.from({ length: days }, (_, day) => (day === days - 2 ? 2 : 0)),
      bytesAdded: Array.from({ length: days }, (_, day) => (day % 2 === 0 ? 100n : 0n)),
      durationMs: Array.from({ length: days }, (_, day) => (day % 2 === 0 ? 6_000n : 0n)),
    });

  test("BRD31: a bar is a day of the hub's, the newest last, and says what one backup had on an average", () => {
    const buckets = bucketsOf(history(366), 0, 30);
    expect(buckets).toHaveLength(30);
    expect(buckets[0]).toMatchObject({ fromMs: 336 * DAY, toMs: 337 * DAY, backups: 2, bytes: 100 });
    expect(buckets.at(-1)).toMatchObject({ fromMs: 365 * DAY, backups: 0 });
    expect(buckets.map((bucket) => valueOf(bucket, "bytes")).slice(0, 2)).toEqual([50, undefined]);
    expect(buckets.map((bucket) => valueOf(bucket, "durationMs"))[0]).toBe(3_000);
    expect(buckets.map(isBad).slice(-3)).toEqual([false, true, false]);
  });

  test("BRD31: a year has a bar for each week, whole at its newer end, and a young hub has fewer", () => {
    const year = bucketsOf(history(366), 0, 366);
    expect(year).toHaveLength(53);
    expect(year.at(-1)).toMatchObject({ fromMs: 359 * DAY, toMs: 366 * DAY });
    expect(year[0]).toMatchObject({ fromMs: 0, toMs: 2 * DAY });
    expect(year.reduce((sum, { backups }) => sum + backups, 0)).toBe(366);
    expect(bucketsOf(history(12), 0, 90)).toHaveLength(12);
  });

  test("BRD31: an axis ends at a round value, and what stands out is far beyond nine in ten", () => {
    expect(inWords(topOf(5.1 * MIB, "bytes"), "bytes")).toBe("6 MiB");
    expect(topOf(700 * MIB, "bytes")).toBe(1_000 * MIB);
    expect(topOf(0, "bytes")).toBe(1024);
    expect(inWords(topOf(11 * 60_000, "durationMs"), "durationMs")).toBe("20 min");
    expect(inWords(topOf(7_300, "durationMs"), "durationMs")).toBe("10 s");
    expect(topOf(3 * HOUR, "durationMs")).toBe(4 * HOUR);
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeUndefined();
    const usual = [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 20];
    expect(oddBeyond(usual)).toBe(9);
    expect(highestOf(usual)).toBe(9);
    expect(highestOf([1, 2, 5])).toBe(5);
    expect(oddBeyond([1, 1, 20])).toBeUndefined();
    expect(highestOf([])).toBe(0);
  });

  test("BRD31: a repo's line lies between round values, also where it never changes", () => {
    const { low, high } = boundsOf([412 * 1024 ** 3, 455 * 1024 ** 3]);
    expect([low / 1024 ** 3, high / 1024 ** 3]).toEqual([410, 460]);
    // What stands halfway is said as exactly: 3.9, 4.1 and 4.3 GiB, and not 3.9, 4.1 and 4.2.
    const small = boundsOf([3.92 * 1024 ** 3, 4.18 * 1024 ** 3]);
    expect([small.low, (small.low + small.high) / 2, small.high].map((bytes) => size(bytes))).toEqual([
      "3.9 GiB",
      "4.1 GiB",
      "4.3 GiB",
    ]);
    const close = boundsOf([4.2 * 1024 ** 3, 4.21 * 1024 ** 3]);
    expect(new Set([close.low, (close.low + close.high) / 2, close.high].map((bytes) => size(bytes))).size).toBe(3);
    const still = boundsOf([MIB, MIB]);
    expect(still.low).toBeLessThan(MIB);
    expect(still.high).toBeGreaterThan(MIB);
    expect(boundsOf([0, 0]).high).toBeGreaterThan(0);
  });
});

describe("repos of a machine", () => {
  const operation = (op: "operationStats" | "operationCheck" | "operationPrune", endMs: number, more: object = {}) =>
    create(OperationSchema, {
      repoId: "vault",
      status: OperationStatus.STATUS_SUCCESS,
      unixTimeStartMs: BigInt(endMs - 1),
      unixTimeEndMs: BigInt(endMs),
      op: {
        case: op,
        value: op === "operationStats" ? { stats: { totalSize: BigInt(endMs), snapshotCount: 412n } } : {},
      } as never,
      ...more,
    });
  const newestFirst = [
    operation("operationStats", 900, { status: OperationStatus.STATUS_ERROR }),
    operation("operationStats", 800),
    operation("operationPrune", 700),
    operation("operationCheck", 600),
    operation("operationCheck", 500),
    operation("operationStats", 400),
    operation("operationStats", 300, { repoId: "other" }),
  ];

  test("BRD31: have what their last good measurement, check and prune left, wherever they are named", () => {
    const state = create(PeerStateSchema, {
      knownRepos: [{ id: "usb" }],
      remoteConfig: { repos: [{ id: "vault", uri: "rest:https://x", originInstanceId: "lindenhof" }] },
    });
    expect(reposOf(state, ["vault", ""], newestFirst)).toEqual([
      {
        id: "usb",
        kind: "",
        sharedBy: undefined,
        snapshots: undefined,
        bytes: undefined,
        checkedMs: undefined,
        prunedMs: undefined,
      },
      {
        id: "vault",
        kind: "rest-server",
        sharedBy: "lindenhof",
        snapshots: 412,
        bytes: 800,
        checkedMs: 600,
        prunedMs: 700,
      },
    ]);
    expect(sizesOf("vault", newestFirst, 0)).toEqual([
      { atMs: 400, bytes: 400 },
      { atMs: 800, bytes: 800 },
    ]);
    expect(sizesOf("vault", newestFirst, 500)).toHaveLength(1);
    expect(["b2:a:b", "s3:https://x", "/srv/a", "C:\\a", ""].map(kindOf)).toEqual([
      "Backblaze B2",
      "S3",
      "local disk",
      "local disk",
      "",
    ]);
  });
});

describe("what a machine sends", () => {
  const machine = create(InstanceHealthSchema, {
    connected: true,
    plans: [
      { planId: "labor", verdict: Verdict.UNKNOWN },
      { planId: "bilder", repoId: "b2", verdict: Verdict.OK },
      { planId: "dokumente", repoId: "vault", verdict: Verdict.OK },
      { planId: "patienten", verdict: Verdict.NEVER },
    ],
  });
  const state = create(PeerStateSchema, {
    knownRepos: [{ id: "vault" }, { id: "usb" }],
    knownPlans: [{ id: "labor" }],
    remoteConfig: { repos: [{ id: "vault" }], plans: [{ id: "labor", repo: "usb" }] },
  });

  test("BRD32: says which plan's operations do not come, and what to add to the scopes there", () => {
    const sends = sendsOf(machine, state);
    expect(operationsTitle(sends)).toBe("Operations of 3 of 4 plans");
    expect(toSee(sends)).toBe("To see the fourth, labor:");
    expect(missingRepos(sends)).toEqual(["usb"]);
    expect(missingRepos(sendsOf(machine, undefined))).toEqual([]);
  });

  test("BRD32: says how much of its configuration it shows, and claims no more than it names", () => {
    expect(sendsOf(machine, state)).toMatchObject({
      configuration: "part",
      repos: { shown: 1, named: 2 },
      configured: { shown: 1, named: 4 },
    });
    expect(sendsOf(machine, undefined).configuration).toBe("none");
    const whole = create(PeerStateSchema, {
      remoteConfig: { repos: [{ id: "a" }], plans: machine.plans.map(({ planId }) => ({ id: planId })) },
    });
    expect(sendsOf(machine, whole).configuration).toBe("whole");
  });

  test("BRD32: of a machine that names no plan nobody says of how many its operations come", () => {
    const silent = create(PeerStateSchema, { knownRepos: [{ id: "vault" }] });
    expect(operationsTitle(sendsOf(machine, silent))).toBe("Operations of 3 plans");
    expect(namesPlans(silent)).toBe(false);
    expect([namesPlans(state), namesPlans(undefined)]).toEqual([true, true]);
  });

  test("BRD32: a configuration of single repos has no plans, and is never the whole", () => {
    const repos = create(PeerStateSchema, { knownRepos: [{ id: "a" }], remoteConfig: { repos: [{ id: "a" }] } });
    expect(sendsOf(create(InstanceHealthSchema, {}), repos).configuration).toBe("repos");
  });

  test("BRD32: has words for all, for none and for several", () => {
    const of = (plans: number, missing: readonly string[]) => ({
      ...sendsOf(machine, state),
      plans,
      missing: missing.map((planId) => ({ planId, repoId: "r" })),
    });
    expect(operationsTitle(of(1, []))).toBe("Operations of its one plan");
    expect(operationsTitle(of(2, []))).toBe("Operations of both plans");
    expect(operationsTitle(of(5, []))).toBe("Operations of all 5 plans");
    expect(operationsTitle(of(0, []))).toBe("No operations");
    expect(operationsTitle(of(2, ["a", "b"]))).toBe("No operations");
    expect(toSee(of(2, ["a", "b"]))).toBe("To see them:");
    expect(toSee(of(9, ["a", "b"]))).toBe("To see a and b:");
    expect(toSee(of(9, ["a", "b", "c", "d", "e", "f"]))).toBe("To see a, b, c, d and 2 more:");
    expect(missingRepos(of(4, ["a", "b"]))).toEqual(["r"]);
  });

  test("BRD30: counts plans by verdict, the worst first, and waits for a first history", () => {
    expect(verdictCounts(machine.plans).map(({ words, count }) => `${count} ${words.word}`)).toEqual([
      "1 Never",
      "1 Unknown",
      "2 OK",
    ]);
    expect(isArriving(machine)).toBe(false);
    expect(isArriving(create(InstanceHealthSchema, { connected: true, catchUp: { first: true } }))).toBe(true);
    expect(isArriving(create(InstanceHealthSchema, { connected: false, catchUp: { first: true } }))).toBe(false);
  });
});

describe("who a machine is", () => {
  test("BRD33: only a key that asks for this very name is shown beside the known one", () => {
    const knock = (instanceId: string, reason: KnockReason) => create(KnockSchema, { instanceId, reason, keyid: "k" });
    expect(keyRequest([knock("nas", KnockReason.UNKNOWN_KEY), knock("other", KnockReason.INSTANCE_TAKEN)], "nas")).toBe(
      undefined,
    );
    expect(keyRequest([knock("nas", KnockReason.INSTANCE_TAKEN)], "nas")).toMatchObject({ keyid: "k" });
    expect(shortKey(`ed25519.${"5f1c".padEnd(39, "x")}a90e`)).toBe("ed25519.5f1c…a90e");
    expect(shortKey("ed25519.short")).toBe("ed25519.short");
  });

  test("BRD36: a configuration is text with marks where the hub has masked secrets", () => {
    const config = create(RemoteConfigSchema, { modno: 3, repos: [{ id: "vault", password: MASK }] });
    const parts = betweenMasks(configurationText(config));
    expect(parts).toHaveLength(2);
    expect(parts.join("")).not.toContain("hidden");
    expect(parts[0]).toContain('"id": "vault"');
    expect(showsAnything(config)).toBe(true);
    expect(showsAnything(create(RemoteConfigSchema, { modno: 3 }))).toBe(false);
    expect(showsAnything(undefined)).toBe(false);
  });
});

describe("how a machine is judged", () => {
  test("BRD34: choices have the one that is set among them", () => {
    expect(choices([1, 3], undefined)).toEqual([1, 3]);
    expect(choices([1, 3], 3)).toEqual([1, 3]);
    expect(choices([1, 3], 2)).toEqual([1, 2, 3]);
    expect([HOUR, 6 * HOUR, DAY, 2 * DAY, 7 * DAY, 90 * 60_000].map(spanWords)).toEqual([
      "1 hour",
      "6 hours",
      "1 day",
      "2 days",
      "1 week",
      "90 minutes",
    ]);
  });
});
