import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunOptions, SimulatedMachine } from "./machine.js";

/** A fleet as a whole, so far. */
export interface FleetFigures {
  /** In session now. */
  readonly connected: number;
  /** Operations that machines in session told their host of. */
  readonly sent: number;
  /** Sessions that opened in the place of an earlier one. */
  readonly reconnects: number;
  /** Sessions of well-behaved machines that ended, or did not open, by no will of theirs. */
  readonly errors: number;
}

/** Changes are spread over each second in so many parts. */
const TICK_MS = 20;
/** What cannot be made in time is not made up for: who measures wants the rate, not a burst. */
const MAX_BEHIND_MS = 1_000;

/** Machines that are driven together. */
export class Fleet {
  readonly machines: readonly SimulatedMachine[];
  #sent = 0;
  #next = 0;

  constructor(machines: readonly SimulatedMachine[]) {
    this.machines = machines;
  }

  get figures(): FleetFigures {
    let connected = 0;
    let reconnects = 0;
    let errors = 0;
    for (const machine of this.machines) {
      const { opened, failed } = machine.figures;
      if (machine.connected) connected += 1;
      reconnects += Math.max(0, opened - 1);
      if (machine.wellBehaved) errors += failed;
    }
    return { connected, sent: this.#sent, reconnects, errors };
  }

  /**
   * Connects all machines, one every `staggerMs`, and keeps them connected until the signal aborts.
   */
  async run(options: RunOptions, staggerMs: number): Promise<void> {
    setMaxListeners(0, options.signal);
    await Promise.all(
      this.machines.map(async (machine, n) => {
        await sleep(n * staggerMs, undefined, { signal: options.signal }).catch(() => {});
        if (!options.signal.aborted) await machine.run(options);
      }),
    );
  }

  /** Makes changes, so many a second over all machines in session in turn, until the signal aborts. */
  async drive(rate: number, signal: AbortSignal): Promise<void> {
    let made = 0;
    let sinceMs = performance.now();
    while (!signal.aborted) {
      await sleep(TICK_MS, undefined, { signal }).catch(() => {});
      const nowMs = performance.now();
      if (rate * (nowMs - sinceMs) > made * 1_000 + rate * MAX_BEHIND_MS) {
        sinceMs = nowMs;
        made = 0;
      }
      for (const due = (rate * (nowMs - sinceMs)) / 1_000; made < due && !signal.aborted; made++) this.#change();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.machines.map((machine) => machine.close()));
  }

  #change(): void {
    for (let tried = 0; tried < this.machines.length; tried++) {
      const machine = this.machines[this.#next++ % this.machines.length];
      if (machine?.connected !== true) continue;
      machine.step();
      this.#sent += 1;
      return;
    }
  }
}
