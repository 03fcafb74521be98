import type { RetryGeneration } from "../../client/retry-policy.js";
import type { DemoPlan } from "./plans.js";

/**
 * How a machine of the demo lives: `steady` backs up in its rhythm, `busy` one backup after the other, `gone` leaves
 * once its history is known, `flapping` drops its connection all the time, `wrong-clock` is refused for its clock.
 * `knocking` is nobody's whom the hub knows, and `reinstalled` comes with the name of one that it does.
 */
export type Part = "steady" | "busy" | "gone" | "flapping" | "wrong-clock" | "knocking" | "reinstalled";

/** What it lets the hub see and do: `nothing` of its operations, all but one repo's, its history alone, or everything. */
export type Sends = "everything" | "nothing" | "history" | "read-only" | { readonly allBut: string };

export interface Role {
  readonly instanceId: string;
  readonly part: Part;
  readonly plans: readonly [DemoPlan, ...DemoPlan[]];
  /** The current one by default, which most machines speak. */
  readonly generation?: RetryGeneration;
  readonly sends?: Sends;
  /** What the operator has set: `backrest-hub instances set`. */
  readonly notAlwaysOn?: boolean;
  readonly snoozedDays?: number;
  /** What is to be seen of it, for those that have something to tell. */
  readonly story?: string;
}

/** Those that the hub knows. */
export function isEnrolled({ part }: Role): boolean {
  return part !== "knocking" && part !== "reinstalled";
}
