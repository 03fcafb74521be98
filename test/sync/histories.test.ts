import { describe, test } from "@jest/globals";
import { runRandomHistories } from "../support/random-histories.js";

const BATCH = 25;
const BATCHES = 4;

describe("random histories", () => {
  for (let batch = 0; batch < BATCHES; batch++) {
    const seed = 1_000 + batch * BATCH;
    test(`SYNC1: ${BATCH} random histories from seed ${seed} leave the hub equal to its peers`, async () => {
      await runRandomHistories(seed, BATCH);
    }, 120_000);
  }
});
