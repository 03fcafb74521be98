import type { RetryGeneration } from "../retry-policy.js";
import type { Misbehaviour } from "./misbehaviour.js";

/** What a fleet speaks. Mixed: as most fleets are by now, three of four machines the current generation. */
export const FLEET_GENERATIONS = ["mixed", "current", "seed"] as const;
export type FleetGeneration = (typeof FLEET_GENERATIONS)[number];

const SEED_EVERY = 4;

/**
 * What the machine with this place in a fleet speaks. One whose clock is wrong speaks the seed's: the current generation
 * tells nobody the time.
 */
export function generationOf(place: number, fleet: FleetGeneration, habit?: Misbehaviour): RetryGeneration {
  if (habit === "wrong-clock") return "seed";
  if (fleet !== "mixed") return fleet;
  return place % SEED_EVERY === SEED_EVERY - 1 ? "seed" : "current";
}
