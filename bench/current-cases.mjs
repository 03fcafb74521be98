// What is measured over the current generation's encrypted sessions.
import { drive, driveCommand, freshData, startHost, UNCAPPED } from "./hosts.mjs";

const MILLISECONDS = { unit: "ms", better: "lower" };
const PER_SECOND = { unit: "operations/s", better: "higher" };

/** "hub-clear" is the hub with a peer of the seed generation, which sends the same in clear text. */
export const CURRENT_CASES = [
  {
    name: "encrypted",
    encrypted: true,
    hosts: ["hub", "hub-clear", "stub"],
    ceiling: "hub-clear",
    figures: {
      perSecond: { ...PER_SECOND, ratioGoal: 0.8 },
      cpuUs: { unit: "µs CPU", better: "lower" },
    },
    run: (host, context) => ingest(host, context, 40_000),
    long: true,
  },
  {
    name: "openings",
    encrypted: true,
    hosts: ["hub", "stub"],
    figures: {
      perSecond: { unit: "openings/s", better: "higher", ratioGoal: 1 },
      cpuMs: { unit: "ms CPU", better: "lower", ratioGoal: 1, gate: true },
    },
    run: (host, context) => openings(host, context, context.short ? 200 : 600),
  },
  {
    name: "manifest",
    encrypted: true,
    hosts: ["hub", "stub"],
    figures: { firstRequest: { ...MILLISECONDS, goal: 1_000 } },
    run: (host, context) =>
      withHost(host, context, [], async (running, setting) => {
        const { firstRequestMs } = await drive(running, setting, "manifest", ["--ops", "200000"]);
        return { firstRequest: firstRequestMs };
      }),
    long: true,
  },
  {
    name: "first-sync",
    encrypted: true,
    hosts: ["hub", "hub-clear", "stub"],
    ceiling: "hub-clear",
    figures: {
      seconds: { unit: "s", better: "lower", goal: 10 },
      addedMiB: { unit: "MiB", better: "lower", goal: 200 },
    },
    run: (host, context) => ingest(host, context, 200_000),
    long: true,
  },
  {
    name: "return",
    encrypted: true,
    hosts: ["hub", "stub"],
    figures: { allBack: { ...MILLISECONDS, goal: 10_000 }, listening: MILLISECONDS },
    run: (host, context) => allReturn(host, context),
    long: true,
  },
];

/** Operations that a hub gives in one answer. */
const MAX_ANSWER = 50_000;

const kindOf = (host) => (host === "stub" ? "stub" : "hub");
const settingOf = (host, context) => (host === "hub-clear" ? context.empty : context.current);

async function withHost(host, context, flags, work) {
  const setting = settingOf(host, context);
  const running = await startHost(kindOf(host), freshData(setting, kindOf(host)), context.work, flags);
  try {
    return await work(running, setting);
  } finally {
    await running.stop();
  }
}

function ingest(host, context, operations) {
  return withHost(host, context, [], async (running, setting) => {
    const args = ["--peers", "1", "--ops", String(operations), "--batch", "256"];
    // More than one answer may hold is counted as it comes.
    if (operations <= MAX_ANSWER) args.push("--verify");
    const { opsPerS, wallS, hostCpuUsPerOp, hostRssMiB } = await drive(running, setting, "ingest", args);
    return {
      perSecond: opsPerS,
      cpuUs: hostCpuUsPerOp,
      seconds: wallS,
      addedMiB: hostRssMiB.peak - hostRssMiB.before,
    };
  });
}

function openings(host, context, n) {
  return withHost(host, context, UNCAPPED, async (running, setting) => {
    const result = await drive(running, setting, "connect", ["--n", String(n), "--parallel", "8"]);
    return { perSecond: result.openingsPerS, cpuMs: result.hostCpuMsPerOpening };
  });
}

/** From so many addresses that none has more than its share of the key exchanges. */
async function allReturn(host, context) {
  const setting = context.current;
  const data = freshData(setting, kindOf(host));
  const args = ["--n", "1000", "--addresses", "40"];
  const { allBackMs, listeningMs } = await driveCommand(kindOf(host), data, setting, "return", args);
  return { allBack: allBackMs, listening: listeningMs };
}
