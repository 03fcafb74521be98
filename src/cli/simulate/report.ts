import type { Fleet, FleetFigures } from "../../client/simulate/fleet.js";
import type { CliContext } from "../context.js";

/** What is told of a simulation while it runs, and in the end. */
export class SimulationReport {
  readonly #options: { readonly json?: boolean; readonly seed: number; readonly peers: number };
  readonly #context: CliContext;
  readonly #beganMs = performance.now();

  constructor(
    options: { readonly json?: boolean; readonly seed: number; readonly peers: number },
    context: CliContext,
  ) {
    this.#options = options;
    this.#context = context;
    context.err(`${options.peers} simulated machines; the same ones again with --seed ${options.seed}\n`);
  }

  /** One line of where it stands. */
  line(figures: FleetFigures): void {
    const seconds = this.#seconds();
    if (this.#options.json === true) return this.#json({ seconds, ...figures });
    this.#context.out(`${String(seconds).padStart(5)} s  ${inWords(figures)}\n`);
  }

  /** @param equal well-behaved machines of which the hub shows all operations */
  summary(fleet: Fleet, equal: number): void {
    const { figures } = fleet;
    const seconds = this.#seconds();
    const good = fleet.machines.filter(({ wellBehaved }) => wellBehaved);
    const operations = good.reduce((sum, { peer }) => sum + peer.history.size, 0);
    const { seed, peers } = this.#options;
    const summary = { seed, peers, wellBehaved: good.length, equal, operations };
    if (this.#options.json === true) return this.#json({ seconds, ...figures, summary });
    this.#context.out(
      [
        "",
        `after ${seconds} s: ${inWords(figures)}`,
        `${equal} of ${good.length} well-behaved machines: the hub shows all of their operations (${operations})`,
        "",
      ].join("\n"),
    );
  }

  #seconds(): number {
    return Math.round((performance.now() - this.#beganMs) / 1_000);
  }

  #json(value: object): void {
    this.#context.out(`${JSON.stringify(value)}\n`);
  }
}

function inWords({ connected, sent, reconnects, errors }: FleetFigures): string {
  return `${connected} connected  ${sent} operations sent  ${reconnects} reconnects  ${errors} errors`;
}
