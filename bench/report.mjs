// What a run says: a table for people, and whether CI should stop.
import { median, ratioOf, short, spreadPercent } from "./statistics.mjs";

/** A ratio may fall to this part of the recorded one before CI stops: machines differ, and neighbours are noisy. */
const TOLERATED = 0.5;

/** The lines of one case, one for each host and figure. */
export function tableOf(measured) {
  const lines = [`\n${measured.name}  (load ${measured.load.map(short).join(" to ")})`];
  lines.push(row(["  figure", "host", "median", "spread", "ratio", "goal", ""]));
  for (const { key, figure, host, values, ratio } of linesOf(measured)) {
    const goal = goalOf(figure, host, measured);
    const verdict = goal === undefined ? "" : goal.met(median(values), ratio) ? "reached" : "missed";
    lines.push(
      row([
        `  ${key} ${figure.unit}`,
        host,
        short(median(values)),
        `${spreadPercent(values)} %`,
        ratio === undefined ? "" : short(ratio),
        goal?.text ?? "",
        verdict,
      ]),
    );
  }
  return `${lines.join("\n")}\n`;
}

/** A sentence for each gated figure whose ratio fell below half of the recorded one. */
export function judge(report, recorded) {
  const failures = [];
  for (const measured of report.cases) {
    const before = recorded.cases.find((one) => one.name === measured.name);
    if (before === undefined) continue;
    for (const { key, figure, host, ratio } of linesOf(measured)) {
      const old = linesOf(before).find((line) => line.key === key && line.host === host)?.ratio;
      if (figure.gate !== true || ratio === undefined || old === undefined || ratio >= old * TOLERATED) continue;
      failures.push(
        `${measured.name}: ${key} of the ${host} is ${short(ratio)} of the ceiling, less than half of the recorded ` +
          `${short(old)}; find what made it slower, or record anew with --short --record if it was meant`,
      );
    }
  }
  return failures;
}

function linesOf({ figures, runs, ceiling }) {
  const lines = [];
  for (const [key, figure] of Object.entries(figures)) {
    for (const [host, ofHost] of Object.entries(runs)) {
      const values = valuesOf(ofHost, key);
      const beside = valuesOf(runs[ceiling] ?? [], key);
      if (values.length === 0) continue;
      const ratio =
        host === ceiling || beside.length === 0 ? undefined : ratioOf(figure, median(values), median(beside));
      lines.push({ key, figure, host, values, ratio });
    }
  }
  return lines;
}

function valuesOf(runs, key) {
  return runs.map((run) => run[key]).filter((value) => value !== undefined);
}

function goalOf({ goal, ratioGoal, better }, host, { ceiling }) {
  if (host === ceiling || host === "stub") return undefined;
  const reaches = (value, bound) => (better === "higher" ? value >= bound : value <= bound);
  const sign = better === "higher" ? "≥" : "≤";
  if (goal !== undefined) return { text: `${sign} ${goal}`, met: (value) => reaches(value, goal) };
  if (ratioGoal !== undefined) return { text: `ratio ≥ ${short(ratioGoal)}`, met: (_, ratio) => ratio >= ratioGoal };
  return undefined;
}

function row([figure, host, ...rest]) {
  return figure.padEnd(28) + host.padEnd(12) + rest.map((cell) => cell.padStart(14)).join("");
}
