import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { findProgram, testWith } from "../support/programs.js";
import { startTestHub } from "../support/test-hub.js";

const FOLDER = join(process.cwd(), "deploy/prometheus");
const RULES = join(FOLDER, "backrest-hub.rules.yml");
const DASHBOARD = join(process.cwd(), "deploy/grafana/backrest-hub.json");
/** Made by Prometheus itself. */
const FOREIGN = new Set(["up"]);

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hub-deploy-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("deploy/", () => {
  test("MET7: alerts and dashboard ask for nothing that the hub does not have", async () => {
    const hub = await startTestHub({ "metrics-open": true });
    const text = await (await fetch(`${hub.url}/metrics`)).text();
    await hub.close();
    const known = new Set(text.split("\n").flatMap((line) => /^# TYPE (\S+)/.exec(line)?.[1] ?? []));
    const dashboard: { panels: readonly Panel[] } = JSON.parse(readFileSync(DASHBOARD, "utf8"));
    const expressions = [
      ...[...readFileSync(RULES, "utf8").matchAll(/expr: (?:>-\s+)?(.*)/g)].map(([, expression]) => expression ?? ""),
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ];
    expect(expressions.length).toBeGreaterThan(25);
    const asked = new Set(expressions.flatMap((expression) => [...expression.matchAll(NAME)].map(([name]) => name)));
    expect([...asked].filter((name) => !known.has(name) && !FOREIGN.has(name))).toEqual([]);
    expect(new Set(dashboard.panels.map(({ title }) => title)).size).toBe(dashboard.panels.length);
  });

  testWith("promtool")("MET7: promtool accepts the rules, their cases and the example", () => {
    const promtool = (...args: string[]) => execFileSync(findProgram("promtool") ?? "", args, { encoding: "utf8" });
    expect(promtool("check", "rules", RULES)).toContain("SUCCESS");
    expect(promtool("test", "rules", join(FOLDER, "backrest-hub.rules.test.yml"))).toContain("SUCCESS");
    const token = join(folder, "token");
    const config = join(folder, "prometheus.yml");
    writeFileSync(token, "secret");
    const example = readFileSync(join(FOLDER, "prometheus.yml"), "utf8");
    writeFileSync(config, example.replace(/credentials_file: .*/, `credentials_file: ${token}`));
    writeFileSync(join(folder, "backrest-hub.rules.yml"), readFileSync(RULES));
    expect(promtool("check", "config", config)).toContain("is valid");
  });
});

/** Names of metrics: words of PromQL and of labels look otherwise. */
const NAME = /\b(?:backrest|nodejs|process)_\w+\b|\bup\b/g;
