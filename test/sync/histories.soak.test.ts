import { describe, test } from "@jest/globals";
import { runRandomHistories } from "../support/random-histories.js";

const BATCH = 100;
const BATCHES = 100;

describe("random histories, the whole", () => {
  for (let batch = 0; batch < BATCHES; batch++) {
    const seed = 100_000 + batch * BATCH;
    test(`SYNC1: ${BATCH} random histories from seed ${seed} leave the hub equal to its peers`, async () => {
      await runRandomHistories(seed, BATCH);
    }, 300_000);
  }
});
