import type { HubError } from "../errors.js";
import type { FleetSummary, MachineHealth } from "../fleet/machine-health.js";
import { Waiter } from "../waiter.js";

/** What changed of the fleet at a time. It is never altered: several readers may be sent the same one. */
export interface FleetChange {
  readonly machines: readonly MachineHealth[];
  /** Instance ids. */
  readonly removed: readonly string[];
  readonly summary: FleetSummary;
  readonly atMs: number;
}

/** One reader of the fleet. A slow one gets the latest of each machine: what waits is bounded by their number. */
export class FleetWatcher {
  readonly #waiter = new Waiter();
  readonly #onClose: () => void;
  #pending: FleetChange | undefined;

  constructor(present: FleetChange, onClose: () => void) {
    this.#pending = present;
    this.#onClose = onClose;
  }

  get closed(): boolean {
    return this.#waiter.closed;
  }

  changed(change: FleetChange): void {
    this.#pending = this.#pending === undefined ? change : merge(this.#pending, change);
    this.#waiter.wake();
  }

  fail(error: HubError): void {
    this.#waiter.fail(error);
  }

  /**
   * What this reader has not seen, or undefined when nothing came within `timeoutMs` or the watcher was closed.
   * @throws HubError what {@link fail} was given
   */
  async next(timeoutMs: number): Promise<FleetChange | undefined> {
    if (this.#pending === undefined) await this.#waiter.wait(timeoutMs);
    this.#waiter.throwIfFailed();
    if (this.closed) return undefined;
    const change = this.#pending;
    this.#pending = undefined;
    return change;
  }

  close(): void {
    if (this.#waiter.close()) this.#onClose();
  }
}

function merge(earlier: FleetChange, later: FleetChange): FleetChange {
  const machines = new Map(earlier.machines.map((machine) => [machine.facts.instanceId, machine]));
  const removed = new Set(earlier.removed);
  for (const instanceId of later.removed) {
    machines.delete(instanceId);
    removed.add(instanceId);
  }
  for (const machine of later.machines) {
    machines.set(machine.facts.instanceId, machine);
    removed.delete(machine.facts.instanceId);
  }
  return { ...later, machines: [...machines.values()], removed: [...removed] };
}
