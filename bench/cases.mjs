// What is measured, and what each figure should be. A case returns the figures of one run of one kind of host.
import { readFileSync } from "node:fs";
import { CURRENT_CASES } from "./current-cases.mjs";
import { drive, driveCommand, freshData, startHost } from "./hosts.mjs";
import { boardWatchers, timeOf } from "./fleet-calls.mjs";
import { largeFleet } from "./large-fleet.mjs";
import { hostMemory, sleep } from "./load/measure.mjs";
import { stalledWatcher } from "./stalled-watcher.mjs";
import { STORED_PEERS } from "./stored.mjs";

const PER_SECOND = { unit: "operations/s", better: "higher" };
const MILLISECONDS = { unit: "ms", better: "lower" };
/** The hub's own processor time for one operation, which neighbours disturb less than the time that passes. */
const MICROSECONDS = { unit: "µs CPU", better: "lower" };
const MEBIBYTES = { unit: "MiB", better: "lower" };
const RESTING_MS = 5_000;
const SHORT_RESTING_MS = 1_500;

/**
 * `hosts` are run in turn, in one run. `figures` name what is printed; `gate` marks those whose ratio to the ceiling CI
 * looks at. `goal` is a bound on the hub's median, `ratioGoal` on its ratio to the ceiling (`ceiling`, else the stub).
 */
export const CASES = [
  {
    name: "ingest",
    shortRepeat: 3,
    hosts: ["hub", "stub"],
    figures: { perSecond: { ...PER_SECOND, ratioGoal: 0.5, gate: true }, cpuUs: MICROSECONDS, peakMiB: MEBIBYTES },
    run: (host, context) => ingest(host, context, { operations: context.short ? 5_000 : 20_000, batch: 256 }),
  },
  {
    name: "ingest-large",
    hosts: ["hub-stored", "hub"],
    ceiling: "hub",
    figures: { perSecond: { ...PER_SECOND, ratioGoal: 1 / 1.2 }, cpuUs: MICROSECONDS },
    run: (host, context) => ingest(host, context, { operations: 20_000, batch: 256 }),
    long: true,
  },
  {
    name: "single",
    shortRepeat: 3,
    hosts: ["hub", "stub"],
    figures: { perSecond: { ...PER_SECOND, goal: 4_000, gate: true } },
    run: (host, context) => ingest(host, context, { operations: context.short ? 3_000 : 20_000, batch: 1 }),
  },
  {
    name: "live",
    hosts: ["hub", "hub-stored", "stub"],
    figures: { p50: { ...MILLISECONDS, gate: true }, p99: { ...MILLISECONDS, goal: 10 } },
    run: (host, context) => live(host, context, { seconds: context.short ? 2 : 10 }),
  },
  {
    name: "fanout",
    hosts: ["hub", "stub"],
    figures: { p50: { ...MILLISECONDS, gate: true }, p99: { ...MILLISECONDS, goal: 25 } },
    run: (host, context) => fanout(host, context, { seconds: context.short ? 2 : 10 }),
  },
  {
    name: "startup",
    hosts: ["hub", "hub-stored", "stub"],
    repeat: 5,
    shortRepeat: 2,
    figures: { answer: { ...MILLISECONDS, goal: 300, gate: true } },
    run: async (host, context) => {
      const setting = settingOf(host, context);
      const { answeredMs } = await driveCommand(kindOf(host), dataOf(host, context), setting, "startup");
      return { answer: answeredMs };
    },
  },
  {
    name: "reads",
    hosts: ["hub-stored", "hub-fleet"],
    ceiling: "hub-stored",
    figures: {
      plan100: { ...MILLISECONDS, goal: 3 },
      peer10000: { ...MILLISECONDS, goal: 80 },
      peer10000Json: MILLISECONDS,
      all10000: MILLISECONDS,
    },
    run: (host, context) => reads(host, context),
    long: true,
  },
  {
    name: "startup-fleet",
    hosts: ["hub-fleet", "hub"],
    ceiling: "hub",
    figures: { answer: { ...MILLISECONDS, goal: 500 } },
    run: async (host, context) => {
      const { answeredMs } = await driveCommand(
        kindOf(host),
        dataOf(host, context),
        settingOf(host, context),
        "startup",
      );
      return { answer: answeredMs };
    },
    long: true,
  },
  {
    name: "board",
    hosts: ["hub-watched", "hub-streamed", "hub"],
    ceiling: "hub",
    figures: { perSecond: { ...PER_SECOND, ratioGoal: 0.8 }, cpuUs: MICROSECONDS },
    run: (host, context) => ingestWatched(host, context, { operations: 20_000, batch: 256 }),
    long: true,
  },
  {
    name: "fleet",
    hosts: ["hub"],
    ceiling: "hub",
    figures: {
      board: { ...MILLISECONDS, goal: 50 },
      board1000: MILLISECONDS,
      history: { ...MILLISECONDS, goal: 200 },
      answer: { ...MILLISECONDS, goal: 500 },
    },
    run: (host, context) => fleet(context, { instances: 1_000, operations: 2_000_000 }),
    long: true,
  },
  {
    name: "memory",
    hosts: ["hub", "stub"],
    figures: { rest: { ...MEBIBYTES, goal: 110, gate: true }, sessions200: { ...MEBIBYTES, goal: 30 } },
    run: (host, context) => memory(host, context),
  },
  ...CURRENT_CASES,
];

const kindOf = (host) => (host === "stub" ? "stub" : "hub");
const settingOf = (host, context) =>
  ({ "hub-stored": context.stored, "hub-fleet": context.fleet })[host] ?? context.empty;
/** The fleet's gigabytes are only read, and stay where they are. */
const dataOf = (host, context) =>
  host === "hub-fleet" ? context.fleet.template : freshData(settingOf(host, context), kindOf(host));

/** Starts a host on fresh data, carries the work out and stops it. */
async function withHost(host, context, work) {
  const running = await startHost(kindOf(host), dataOf(host, context), context.work);
  try {
    return await work(running, settingOf(host, context));
  } finally {
    await running.stop();
  }
}

/** Who sends is never one of the peers that hold the stored history. */
const SENDERS = ["--skip", String(STORED_PEERS)];

function ingest(host, context, { operations, batch }) {
  return withHost(host, context, async (running, setting) => {
    const args = ["--peers", "1", "--ops", String(operations), "--batch", String(batch), "--verify", ...SENDERS];
    const result = await drive(running, setting, "ingest", args);
    return { perSecond: result.opsPerS, peakMiB: result.hostRssMiB.peak, cpuUs: result.hostCpuUsPerOp };
  });
}

/** The same with twenty who watch the fleet, fifty who follow everything as a page does, or nobody. */
function ingestWatched(host, context, { operations, batch }) {
  return withHost(host, context, async (running, setting) => {
    const watchers =
      host === "hub-streamed"
        ? await boardWatchers(running, 50, "hub.v1.BoardService/WatchBoard")
        : await boardWatchers(running, host === "hub-watched" ? 20 : 0);
    try {
      const args = ["--peers", "1", "--ops", String(operations), "--batch", String(batch), "--verify", ...SENDERS];
      const result = await drive(running, setting, "ingest", args);
      return { perSecond: result.opsPerS, cpuUs: result.hostCpuUsPerOp, messages: watchers.messages() };
    } finally {
      watchers.close();
    }
  });
}

/** What a page reads of a large fleet: 200 machines by name, all of them, and ninety days of all. */
async function fleet(context, size) {
  const setting = largeFleet(context.work, size);
  const data = freshData(setting, "hub");
  const { answeredMs } = await driveCommand("hub", data, setting, "startup");
  const running = await startHost("hub", data, context.work);
  try {
    const names = JSON.parse(readFileSync(setting.ids, "utf8")).map(({ instanceId }) => instanceId);
    const board = await timeOf(running, "GetFleet", stringList(names.slice(0, 200)));
    const board1000 = await timeOf(running, "GetFleet", Buffer.alloc(0));
    const history = await timeOf(running, "GetHistory", Buffer.alloc(0));
    return { board: board.ms, board1000: board1000.ms, history: history.ms, answer: answeredMs, bytes: history.bytes };
  } finally {
    await running.stop();
  }
}

/** A message whose first field is a list of texts of less than 128 bytes. */
function stringList(texts) {
  return Buffer.concat(
    texts.map((text) => Buffer.concat([Buffer.from([10, Buffer.byteLength(text)]), Buffer.from(text)])),
  );
}

function live(host, context, { seconds }) {
  return withHost(host, context, async (running, setting) => {
    const args = ["--peers", "20", "--rate", "100", "--seconds", String(seconds), ...SENDERS];
    const { ms, hostCpuMsPerUpdate } = await drive(running, setting, "live", args);
    return { p50: ms.p50, p99: ms.p99, cpuUs: hostCpuMsPerUpdate * 1_000 };
  });
}

/** 99 watchers that read and one that does not. */
function fanout(host, context, { seconds }) {
  return withHost(host, context, async (running, setting) => {
    const stalled = await stalledWatcher(running);
    try {
      const args = ["--watchers", "99", "--peers", "20", "--rate", "200", "--seconds", String(seconds), ...SENDERS];
      const { ms, deliveredShare } = await drive(running, setting, "fanout", args);
      return { p50: ms.p50, p99: ms.p99, deliveredShare };
    } finally {
      stalled.close();
    }
  });
}

/** The medians of one reader that asks again and again. */
function reads(host, context) {
  return withHost(host, context, async (running, setting) => {
    const ask = async (...args) => {
      const { queries } = await drive(running, setting, "query", ["--runs", "30", ...args]);
      return queries.at(-1).ms.p50;
    };
    return {
      plan100: await ask("--last", "100", "--plan", "home-hourly"),
      peer10000: await ask("--last", "10000"),
      peer10000Json: await ask("--last", "10000", "--json"),
      all10000: await ask("--last", "10000", "--all"),
    };
  });
}

function memory(host, context) {
  return withHost(host, context, async (running, setting) => {
    await sleep(context.short ? SHORT_RESTING_MS : RESTING_MS);
    const { rss } = hostMemory(running.pid);
    if (context.short) return { rest: rss };
    const { rssMiB } = await drive(running, setting, "idle", ["--n", "200", "--seconds", "15", "--parallel", "8"]);
    return { rest: rss, sessions200: rssMiB.after - rssMiB.before };
  });
}
