import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import type { HistoryView } from "./view.js";

export interface Names {
  readonly machines: readonly string[];
  readonly plans: readonly string[];
  readonly repos: readonly string[];
}

/**
 * What can be chosen: of the chosen machine only its own plans and repos. What the address asks for is always among
 * them, also where no machine has it any more.
 */
export function namesOf(
  machines: Iterable<InstanceHealth>,
  { machine, plan, repo }: Pick<HistoryView, "machine" | "plan" | "repo">,
): Names {
  const all = { machines: new Set<string>(), plans: new Set<string>(), repos: new Set<string>() };
  for (const { instanceId, plans } of machines) {
    all.machines.add(instanceId);
    if (machine !== undefined && machine !== instanceId) continue;
    for (const { planId, repoId } of plans) {
      all.plans.add(planId);
      if (repoId !== "") all.repos.add(repoId);
    }
  }
  return { machines: sorted(all.machines, machine), plans: sorted(all.plans, plan), repos: sorted(all.repos, repo) };
}

function sorted(names: Set<string>, chosen: string | undefined): string[] {
  if (chosen !== undefined) names.add(chosen);
  return [...names].toSorted((a, b) => a.localeCompare(b, undefined, { numeric: true }));
}
