import type { RefusalRecord } from "../store/refusals.js";
import type { FleetMachine } from "./fleet-machine.js";
import { RefusedMachines } from "./refused-machines.js";

/** The machines of a fleet, by their peers and by their keys, and which of them are refused. */
export class FleetRoll {
  readonly #machines = new Map<number, FleetMachine>();
  /** Peers by every key that they have had. */
  readonly #byKey = new Map<string, number>();
  readonly #refused = new RefusedMachines();

  get(peerId: number): FleetMachine | undefined {
    return this.#machines.get(peerId);
  }

  /** Undefined when no machine has this instance id. */
  find(instanceId: string): FleetMachine | undefined {
    for (const machine of this.#machines.values()) if (machine.instanceId === instanceId) return machine;
    return undefined;
  }

  all(): FleetMachine[] {
    return [...this.#machines.values()];
  }

  /** Takes the place of the one that the peer had. */
  put(machine: FleetMachine): void {
    this.#machines.set(machine.peerId, machine);
    for (const { keyid } of machine.keys) this.#byKey.set(keyid, machine.peerId);
    this.learnRefused(machine);
  }

  remove(peerId: number): FleetMachine | undefined {
    const machine = this.#machines.get(peerId);
    this.#machines.delete(peerId);
    for (const { keyid } of machine?.keys ?? []) this.#byKey.delete(keyid);
    return machine;
  }

  /**
   * An entry of the record of refused connections is another now, or is there no more.
   * @returns whose it is
   */
  refusalChanged(id: string, entry: RefusalRecord | undefined): FleetMachine | undefined {
    const keyid = this.#refused.changed(id, entry);
    const peerId = keyid === undefined ? undefined : this.#byKey.get(keyid);
    const machine = peerId === undefined ? undefined : this.#machines.get(peerId);
    if (machine !== undefined) this.learnRefused(machine);
    return machine;
  }

  /** What was before it was last seen is over. */
  learnRefused(machine: FleetMachine): void {
    machine.refused = this.#refused.newest(machine.keys, machine.lastSeenMs ?? 0);
  }
}
