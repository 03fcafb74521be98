import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type InstanceHealth, type PlanHealth, Verdict } from "../../../../gen/hub/v1/fleet_pb.js";
import { VERDICTS, verdictWords } from "../../words/verdicts.js";
import { presenceKind } from "./presence-kind.js";
import { type FleetView, PRESENCES, type SortBy } from "./view.js";

/** A plan of a machine, or a machine of which no plan is known. */
export interface PlanRow {
  readonly kind: "plan";
  readonly key: string;
  readonly machine: InstanceHealth;
  readonly plan: PlanHealth | undefined;
  /** Its machine's name stands in this row. */
  readonly first: boolean;
  /** Another plan of its machine follows. */
  readonly more: boolean;
}

export interface GroupRow {
  readonly kind: "group";
  readonly key: string;
  readonly name: string;
  readonly machines: number;
  readonly plans: number;
}

export type FleetRow = PlanRow | GroupRow;

/** A machine with those of its plans that are wanted. */
export interface Wanted {
  readonly machine: InstanceHealth;
  readonly plans: readonly PlanHealth[];
}

export interface Group {
  readonly name: string;
  readonly wanted: readonly Wanted[];
}

/** Machines and plans that fit a view. */
export function filterFleet(machines: Iterable<InstanceHealth>, view: FleetView, nowMs: number): Wanted[] {
  const text = view.text.trim().toLowerCase();
  const found: Wanted[] = [];
  for (const machine of machines) {
    if (view.presence !== undefined && presenceKind(machine, nowMs) !== view.presence) continue;
    const named = text === "" || machine.instanceId.toLowerCase().includes(text);
    const plans = machine.plans.filter(
      (plan) =>
        (view.verdict === undefined || verdictWords(plan.verdict).mark === view.verdict) &&
        (named || plan.planId.toLowerCase().includes(text) || plan.repoId.toLowerCase().includes(text)),
    );
    const withoutPlans =
      machine.plans.length === 0 &&
      named &&
      (view.verdict === undefined || verdictWords(machine.verdict).mark === view.verdict);
    if (plans.length > 0 || withoutPlans) found.push({ machine, plans });
  }
  return found;
}

export function sortFleet(wanted: readonly Wanted[], { sort, descending }: FleetView): Wanted[] {
  const compare = COMPARE[sort];
  const sign = descending ? -1 : 1;
  return wanted.toSorted((a, b) => sign * compare(a, b) || compareText(a.machine.instanceId, b.machine.instanceId));
}

/** The same for a map, where a machine is one mark and has the verdict of its worst plan. */
export function groupMachines(wanted: readonly Wanted[], view: FleetView, nowMs: number): Group[] {
  if (view.group !== "verdict") return groupFleet(wanted, view, nowMs);
  return collect(
    wanted.map((one) => [verdictWords(one.machine.verdict).word, one] as const),
    VERDICTS.map(({ word }) => word),
  );
}

/** The groups of a view, each in the order of what it was given; without grouping one that has no name. */
export function groupFleet(wanted: readonly Wanted[], { group }: FleetView, nowMs: number): Group[] {
  switch (group) {
    case "none":
      return [{ name: "", wanted }];
    case "verdict":
      return byPlan(
        wanted,
        (plan, machine) => verdictWords((plan ?? machine).verdict).word,
        VERDICTS.map(({ word }) => word),
      );
    case "repo":
      return byPlan(wanted, (plan) => (plan === undefined || plan.repoId === "" ? NO_REPO : plan.repoId));
    case "presence":
      return collect(
        wanted.map((one) => [presenceWord(one.machine, nowMs), one] as const),
        PRESENCES.map(({ word }) => word),
      );
  }
}

/** As rows of a table: a plan each. */
export function rowsOf(groups: readonly Group[]): FleetRow[] {
  return groups.flatMap(({ name, wanted }) => {
    const rows: FleetRow[] = wanted.flatMap(({ machine, plans }): PlanRow[] => {
      const place = { kind: "plan", machine } as const;
      const key = `${name}\n${machine.instanceId}\n`;
      if (plans.length === 0) return [{ ...place, key, plan: undefined, first: true, more: false }];
      return plans.map((plan, n) => ({
        ...place,
        key: key + plan.planId,
        plan,
        first: n === 0,
        more: n < plans.length - 1,
      }));
    });
    if (name === "") return rows;
    const plans = wanted.reduce((sum, one) => sum + one.plans.length, 0);
    return [{ kind: "group", key: `${name}\n`, name, machines: wanted.length, plans }, ...rows];
  });
}

const NO_REPO = "repo not known";

const COMPARE: Readonly<Record<SortBy, (a: Wanted, b: Wanted) => number>> = {
  machine: (a, b) => compareText(a.machine.instanceId, b.machine.instanceId),
  // "Descending" is the worst first, and the longest without a success.
  verdict: (a, b) => worst(b) - worst(a) || oldestSuccess(b) - oldestSuccess(a),
  success: (a, b) => oldestSuccess(b) - oldestSuccess(a),
};

function worst({ machine, plans }: Wanted): number {
  return plans.length === 0 ? machine.verdict : Math.min(...plans.map(({ verdict }) => verdict));
}

/** When the plan succeeded that has gone the longest without; one that never did goes before all others. */
function oldestSuccess({ plans }: Wanted): number {
  return Math.min(...plans.map(successMs), Number.MAX_SAFE_INTEGER);
}

function successMs({ lastSuccess, verdict }: PlanHealth): number {
  if (lastSuccess?.start !== undefined) return timestampMs(lastSuccess.start);
  // Of what is not known nobody can say that it is the longest without.
  return verdict === Verdict.UNKNOWN ? Number.MAX_SAFE_INTEGER : 0;
}

function presenceWord(machine: InstanceHealth, nowMs: number): string {
  const kind = presenceKind(machine, nowMs);
  return PRESENCES.find(({ value }) => value === kind)?.word ?? "";
}

function byPlan(
  wanted: readonly Wanted[],
  nameOf: (plan: PlanHealth | undefined, machine: InstanceHealth) => string,
  order?: readonly string[],
): Group[] {
  const parts = wanted.flatMap(({ machine, plans }) => {
    const named: (readonly [string, PlanHealth | undefined])[] =
      plans.length === 0
        ? [[nameOf(undefined, machine), undefined]]
        : plans.map((plan) => [nameOf(plan, machine), plan]);
    return [...new Set(named.map(([name]) => name))].map((name) => {
      const mine = named.flatMap(([own, plan]) => (own === name && plan !== undefined ? [plan] : []));
      return [name, { machine, plans: mine }] as const;
    });
  });
  return collect(parts, order);
}

function collect(parts: readonly (readonly [string, Wanted])[], order?: readonly string[]): Group[] {
  const groups = new Map<string, Wanted[]>();
  for (const [name, one] of parts) {
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [one]);
    else group.push(one);
  }
  const all = [...groups].map(([name, wanted]) => ({ name, wanted }));
  const place = (name: string) => order?.indexOf(name) ?? Number(name === NO_REPO);
  return all.toSorted((a, b) => place(a.name) - place(b.name) || compareText(a.name, b.name));
}

const NAMES = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function compareText(a: string, b: string): number {
  return NAMES.compare(a, b);
}
