import { setImmediate } from "node:timers/promises";
import { Gauge, type Registry } from "prom-client";
import { claimedText } from "../connections/claimed-text.js";
import type { Verdict } from "../fleet/verdicts.js";
import type { FleetRow, FleetSource } from "./fleet-source.js";

/** Plans of machines that are shown; a series more for each figure would be of no use to anybody's Prometheus. */
export const MAX_FLEET_ROWS = 10_000;

/** Between two of these everything else gets its turn. */
const ROWS_AT_ONCE = 250;

const LABELS = ["instance", "plan", "repo"] as const;
type Labels = Record<(typeof LABELS)[number], string>;

/** Where there are too many, those that somebody must look at stay. */
const URGENCY: Readonly<Record<Verdict, number>> = {
  overdue: 0,
  failing: 1,
  never: 2,
  late: 3,
  unknown: 4,
  ok: 5,
  paused: 6,
};

type Figure = Gauge<(typeof LABELS)[number]>;

/** @returns what sets the figures of each plan, as many as there is room for; to be called before the registry is read */
export function fleetGauges(registry: Registry, fleet: FleetSource, maxRows = MAX_FLEET_ROWS): () => Promise<void> {
  const registers = [registry];
  const gauge = (name: string, help: string): Figure => new Gauge({ name, help, labelNames: LABELS, registers });
  const figures: readonly [gauge: Figure, value: (row: FleetRow) => number | undefined][] = [
    [
      gauge("backrest_plan_last_success_timestamp_seconds", "When the last backup of the plan that succeeded ended."),
      (row) => seconds(row.lastSuccessMs),
    ],
    [
      gauge("backrest_plan_last_run_timestamp_seconds", "When the last backup of the plan ended, however it did."),
      (row) => seconds(row.lastRunMs),
    ],
    [
      gauge("backrest_plan_failures_since_success", "Backups of the plan that failed since the last that succeeded."),
      (row) => row.failuresSince,
    ],
    [
      gauge("backrest_plan_last_run_duration_seconds", "How long the last backup of the plan took."),
      (row) => seconds(row.durationMs),
    ],
    [
      gauge("backrest_plan_last_run_added_bytes", "Bytes that the last backup of the plan added to its repo."),
      (row) => row.bytesAdded,
    ],
  ];
  const verdicts = new Gauge({
    name: "backrest_plan_verdict",
    help: "1 for the verdict that the plan has now: ok, late, overdue, failing, never, paused or unknown. None while its machine is snoozed.",
    labelNames: [...LABELS, "verdict"],
    registers,
  });
  const notShown = new Gauge({
    name: "backrest_hub_plans_not_shown",
    help: "Plans that are left out of the backrest_plan_ series because there are too many.",
    registers,
  });
  return async () => {
    for (const each of [...figures.map(([figure]) => figure), verdicts]) each.reset();
    const { shown, left } = select(fleet(), maxRows);
    notShown.set(left);
    for (const [n, [labels, row]] of shown.entries()) {
      if (n % ROWS_AT_ONCE === 0) await setImmediate();
      if (!row.snoozed) verdicts.set({ ...labels, verdict: row.verdict }, 1);
      for (const [figure, valueOf] of figures) {
        const value = valueOf(row);
        if (value !== undefined) figure.set(labels, value);
      }
    }
  };
}

/** Each pair of labels once, those that are worst first. */
function select(rows: readonly FleetRow[], maxRows: number): { shown: [Labels, FleetRow][]; left: number } {
  const sorted = rows.length <= maxRows ? rows : rows.toSorted((a, b) => URGENCY[a.verdict] - URGENCY[b.verdict]);
  const shown = new Map<string, [Labels, FleetRow]>();
  for (const row of sorted) {
    if (shown.size >= maxRows) break;
    const labels = { instance: claimedText(row.instance), plan: claimedText(row.plan), repo: claimedText(row.repo) };
    const key = JSON.stringify(labels);
    if (!shown.has(key)) shown.set(key, [labels, row]);
  }
  return { shown: [...shown.values()], left: rows.length - shown.size };
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
