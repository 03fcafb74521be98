import type { Delivery } from "../fleet/push-outcome.js";
import type { PushRecord } from "../store/pushes.js";

/**
 * - `waiting`: is to be sent
 * - `handed`: a session has it and sends it when the peer has time
 * - `flying`: it went out, and that session goes on
 * - `dropped`, `lost`: see {@link Delivery.session}
 */
type Flight = "waiting" | "handed" | "flying" | "dropped" | "lost";

/** The endings by which a peer lets go of a session itself. */
const DROPPED: ReadonlySet<string> = new Set(["displaced", "silent"]);

/** Where each pending push of one peer is. */
export class Flights {
  readonly #flights = new Map<number, Flight>();

  /** Of pushes that are read from the store: what became of a session of an earlier process nobody knows. */
  load(pushes: readonly PushRecord[]): void {
    for (const { id, sentMs } of pushes) this.#flights.set(id, sentMs === undefined ? "waiting" : "lost");
  }

  set(pushId: number, flight: "waiting" | "handed" | "flying"): void {
    this.#flights.set(pushId, flight);
  }

  is(pushId: number, flight: Flight): boolean {
    return this.#flights.get(pushId) === flight;
  }

  forget(pushId: number): void {
    this.#flights.delete(pushId);
  }

  /** The session that had them ended. */
  sessionEnded(cause: string): void {
    for (const [id, flight] of this.#flights) {
      if (flight === "handed") this.#flights.set(id, "waiting");
      if (flight === "flying") this.#flights.set(id, DROPPED.has(cause) ? "dropped" : "lost");
    }
  }

  /** How the session stands in which the push went out; undefined when it did not. */
  delivery(pushId: number): Delivery["session"] | undefined {
    const flight = this.#flights.get(pushId);
    switch (flight) {
      case "flying":
        return "same";
      case "dropped":
      case "lost":
        return flight;
      default:
        return undefined;
    }
  }
}
