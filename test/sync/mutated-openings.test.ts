import { describe, test } from "@jest/globals";
import { runMutatedOpenings } from "../support/mutated-openings.js";

describe("mutated openings over the network, a twentieth", () => {
  test("CUR21: of 5,000 openings of both generations none is let in, and the hub is as before", async () => {
    await runMutatedOpenings(20_261_125, 5_000);
  }, 240_000);
});
