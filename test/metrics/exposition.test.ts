import { execFileSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import { Exposition } from "../../src/metrics/exposition.js";
import { MAX_FLEET_ROWS } from "../../src/metrics/fleet-gauges.js";
import type { Verdict } from "../../src/fleet/verdicts.js";
import type { FleetRow } from "../../src/metrics/fleet-source.js";
import { MAX_INSTANCES } from "../../src/metrics/hub-gauges.js";
import { IngestMeter } from "../../src/metrics/ingest-meter.js";
import type { MetricSources } from "../../src/metrics/sources.js";
import { findProgram, testWith } from "../support/programs.js";
import { samplesOf } from "./samples.js";

const ROW: FleetRow = {
  instance: "tower",
  plan: "home",
  repo: "nas",
  lastSuccessMs: 1_790_000_000_500,
  lastRunMs: 1_790_000_100_000,
  verdict: "failing",
  failuresSince: 3,
  snoozed: false,
  durationMs: 12_500,
  bytesAdded: 4_096,
};

describe("the figures", () => {
  test("MET1: each plan has its times, verdict, failures, duration and bytes, under its machine, plan and repo", async () => {
    const samples = await scrape({ fleet: () => [ROW] });
    const labels = 'instance="tower",plan="home",repo="nas"';
    expect(samples.get(`backrest_plan_last_success_timestamp_seconds{${labels}}`)).toBe(1_790_000_000.5);
    expect(samples.get(`backrest_plan_last_run_timestamp_seconds{${labels}}`)).toBe(1_790_000_100);
    expect(samples.get(`backrest_plan_failures_since_success{${labels}}`)).toBe(3);
    expect(samples.get(`backrest_plan_last_run_duration_seconds{${labels}}`)).toBe(12.5);
    expect(samples.get(`backrest_plan_last_run_added_bytes{${labels}}`)).toBe(4_096);
    expect(samples.get(`backrest_plan_verdict{${labels},verdict="failing"}`)).toBe(1);
  });

  test("MET1: what there never was has no series, and what is gone has none any more", async () => {
    let rows: FleetRow[] = [{ ...ROW, lastSuccessMs: undefined, verdict: "never" }];
    const exposition = new Exposition(sources({ fleet: () => rows }));
    const first = [...samplesOf((await exposition.scrape()).text).keys()];
    expect(first.filter((name) => name.startsWith("backrest_plan_last_success"))).toEqual([]);
    rows = [];
    const second = [...samplesOf((await exposition.scrape()).text).keys()];
    expect(second.filter((name) => name.startsWith("backrest_plan_"))).toEqual([]);
  });

  test("MET8: while many plans are written out everything else gets its turn", async () => {
    const rows = Array.from({ length: 5_000 }, (_, n) => ({ ...ROW, plan: `plan-${n}` }));
    const exposition = new Exposition(sources({ fleet: () => rows }));
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 0);
    const { text } = await exposition.scrape().finally(() => clearInterval(counting));
    expect(samplesOf(text).size).toBeGreaterThan(6 * rows.length);
    expect(turns).toBeGreaterThan(10);
  });

  test("MET2: series are bounded: the worst plans stay, and the rest is counted", async () => {
    const verdicts: Verdict[] = ["ok", "paused"];
    const many = Array.from({ length: MAX_FLEET_ROWS + 500 }, (_, n) => ({
      ...ROW,
      plan: `plan-${n}`,
      verdict: verdicts[n % 2] ?? "ok",
    }));
    const machines = Array.from({ length: MAX_INSTANCES + 7 }, (_, n) => ({ instance: `m-${n}`, connected: true }));
    const samples = await scrape({
      fleet: () => [...many, { ...ROW, plan: "late one", verdict: "overdue" }],
      instances: () => machines,
    });
    const shown = [...samples.keys()].filter((name) => name.startsWith("backrest_plan_verdict{"));
    expect(shown).toHaveLength(MAX_FLEET_ROWS);
    expect(shown.some((name) => name.includes('plan="late one"'))).toBe(true);
    expect(samples.get("backrest_hub_plans_not_shown")).toBe(501);
    expect(samples.get("backrest_hub_instances_not_shown")).toBe(7);
  });

  test("MET3: names that machines chose cannot break the format, nor be longer than a label should be", async () => {
    const evil = 'a"} 1\nbackrest_hub_ready 0\n\\{\u202e';
    const samples = await scrape({ fleet: () => [{ ...ROW, instance: evil, plan: "p".repeat(9_999) }] });
    expect(samples.get("backrest_hub_ready")).toBe(1);
    const [name = ""] = [...samples.keys()].filter((each) => each.startsWith("backrest_plan_failures"));
    expect(name).toContain("\\\\u{202e}");
    expect(name.length).toBeLessThan(400);
  });

  test("MET4: the hub tells of itself: levels, refusals by cause, what was stored and how long it took", async () => {
    const ingest = new IngestMeter();
    ingest.stored({ created: 5, updated: 1, removed: 0, unchanged: 0, poison: 1 }, 250, 1_000);
    const samples = await scrape({ ingest, refusals: () => new Map([["unknown-key", 4]]) }, () => 2_000);
    expect(samples.get('backrest_hub_info{version="1.2.3"}')).toBe(1);
    expect(samples.get("backrest_hub_peers_connected")).toBe(2);
    expect(samples.get('backrest_hub_refused_total{cause="unknown-key"}')).toBe(4);
    expect(samples.get('backrest_hub_refused_total{cause="flood"}')).toBe(0);
    expect(samples.get('backrest_hub_ingest_operations_total{outcome="created"}')).toBe(5);
    expect(samples.get("backrest_hub_ingest_seconds_total")).toBe(0.25);
    expect(samples.get("backrest_hub_ingest_slowest_seconds")).toBe(0.25);
    expect(samples.get('backrest_hub_store_file_bytes{file="database"}')).toBe(8_192);
    expect(samples.get("backrest_hub_disk_free_bytes")).toBe(400);
    expect(samples.has("nodejs_eventloop_lag_p99_seconds")).toBe(true);
    expect(samples.has("process_resident_memory_bytes")).toBe(true);
  });

  test("MET4: the slowest message is forgotten after a minute or two", () => {
    const meter = new IngestMeter();
    const one = { created: 1, updated: 0, removed: 0, unchanged: 0, poison: 0 };
    meter.stored(one, 900, 1_000_000);
    meter.stored(one, 10, 1_059_000);
    expect(meter.slowestMs(1_060_500)).toBe(900);
    expect(meter.slowestMs(1_121_000)).toBe(0);
  });

  test("MET4: counters never go back, and whoever asks at once gets one and the same", async () => {
    const ingest = new IngestMeter();
    let asked = 0;
    const exposition = new Exposition(
      sources({ ingest, store: () => Promise.resolve(SIZE).finally(() => (asked += 1)) }),
    );
    const both = await Promise.all([exposition.scrape(), exposition.scrape()]);
    expect(both[0]).toBe(both[1]);
    expect(asked).toBe(1);
    ingest.stored({ created: 2, updated: 0, removed: 0, unchanged: 0, poison: 0 }, 1, 1);
    for (let n = 0; n < 2; n++) {
      const samples = samplesOf((await exposition.scrape()).text);
      expect(samples.get('backrest_hub_ingest_operations_total{outcome="created"}')).toBe(2);
    }
  });

  testWith("promtool")("MET5: Prometheus' own checker accepts it", async () => {
    const { text } = await new Exposition(sources({ fleet: () => [ROW] })).scrape();
    // Names of the process's own figures are Node's and are warned about; ours are held to every rule.
    const ours = text.split("\n\n").filter((block) => /^# HELP backrest_/.test(block));
    expect(ours.length).toBeGreaterThan(20);
    const input = `${ours.join("\n")}\n`;
    execFileSync(findProgram("promtool") ?? "", ["check", "metrics"], { input, stdio: ["pipe", "pipe", "pipe"] });
  });
});

const SIZE = {
  peers: 3,
  operations: 100,
  removed: 4,
  poison: 1,
  logBytes: 512,
  fileBytes: { database: 8_192, write_ahead_log: 0 },
  diskBytes: 1_000,
  diskFreeBytes: 400,
};

async function scrape(parts: Partial<MetricSources>, now?: () => number): Promise<ReadonlyMap<string, number>> {
  return samplesOf((await new Exposition(sources(parts), now).scrape()).text);
}

function sources(parts: Partial<MetricSources>): MetricSources {
  return {
    version: "1.2.3",
    startedMs: 1_790_000_000_000,
    ready: () => true,
    store: () => Promise.resolve(SIZE),
    instances: () => [],
    fleet: () => [],
    ingest: new IngestMeter(),
    refusals: () => new Map(),
    levels: () => ({
      sessions: 2,
      sessionsOpening: 0,
      connections: 5,
      keyExchangesWaiting: 0,
      ingestQueueBytes: 0,
      ingestQueueMaxBytes: 1,
      stateWatchers: 0,
      operationWatchers: 0,
      machinesNeedAttention: 0,
    }),
    ...parts,
  };
}
