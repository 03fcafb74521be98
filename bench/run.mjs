// `npm run bench [-- NAME …] [--short] [--repeat N]`: the built hub beside the ceiling, each in a process of its own.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CASES } from "./cases.mjs";
import { prepare } from "./hosts.mjs";
import { judge, tableOf } from "./report.mjs";
import { storedSetting } from "./stored.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const work = join(here, "work");
const results = join(here, "results");
const recordedFile = join(here, "recorded.json");
const STORED_OPERATIONS = 500_000;
const FLEET = { operations: 2_000_000, peers: 200 };
const SETTING = { gen: "seed", identities: 220 };
const CURRENT_SETTING = { gen: "current", identities: 1_000 };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: "boolean", default: false },
    record: { type: "boolean", default: false },
    repeat: { type: "string" },
  },
});

const cases = wantedCases(positionals, values.short);
const needs = (host) => !values.short && cases.some(({ hosts }) => hosts.includes(host));
const context = {
  short: values.short,
  work,
  empty: prepare(work, SETTING),
  current: cases.some(({ encrypted }) => encrypted === true)
    ? prepare(join(work, "current"), CURRENT_SETTING)
    : undefined,
  stored: needs("hub-stored") ? await storedSetting(work, STORED_OPERATIONS, SETTING) : undefined,
  fleet: needs("hub-fleet") ? await storedSetting(work, FLEET.operations, SETTING, FLEET.peers) : undefined,
};

const report = { date: new Date().toISOString(), machine: machine(), short: values.short, cases: [] };
for (const one of cases) {
  const measured = await measure(one);
  report.cases.push(measured);
  process.stdout.write(tableOf(measured));
}
mkdirSync(results, { recursive: true });
const name = values.short ? "short" : cases.length === CASES.length ? "all" : cases.map((one) => one.name).join("-");
writeFileSync(join(results, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
if (values.short && values.record) writeFileSync(recordedFile, `${JSON.stringify(report, null, 2)}\n`);
if (values.short && !values.record) {
  const failures = judge(report, JSON.parse(readFileSync(recordedFile, "utf8")));
  for (const failure of failures) process.stderr.write(`${failure}\n`);
  if (failures.length > 0) process.exitCode = 1;
}

/** Runs the hosts of a case in turn, as often as wanted, so that what else the machine does meets all of them alike. */
async function measure({ name: caseName, hosts, ceiling = "stub", figures, repeat = 3, shortRepeat = 1, run }) {
  const absent = { "hub-stored": context.stored === undefined, "hub-fleet": context.fleet === undefined };
  const among = hosts.filter((host) => absent[host] !== true);
  const runs = Object.fromEntries(among.map((host) => [host, []]));
  const times = Number(values.repeat ?? (values.short ? shortRepeat : repeat));
  const loadBefore = loadavg()[0];
  for (let i = 0; i < times; i++) {
    for (const host of among) runs[host].push(await run(host, context));
  }
  return { name: caseName, ceiling, figures, runs, load: [loadBefore, loadavg()[0]] };
}

function wantedCases(names, short) {
  const known = CASES.map((one) => one.name);
  for (const wanted of names) {
    if (!known.includes(wanted)) throw new Error(`there is no benchmark "${wanted}"; there are ${known.join(", ")}`);
  }
  return CASES.filter((one) => (names.length === 0 || names.includes(one.name)) && !(short && one.long === true));
}

function machine() {
  const processors = cpus();
  return { cpu: processors[0]?.model, cores: processors.length, node: process.version };
}
