import { describe, test } from "@jest/globals";
import { runMutatedOpenings } from "../support/mutated-openings.js";

describe("mutated openings over the network, the whole", () => {
  test("CUR21: of 100,000 openings of both generations none is let in, and the hub is as before", async () => {
    await runMutatedOpenings(20_261_126, 100_000);
  }, 3_600_000);
});
