import { describe, test } from "@jest/globals";
import { runTokenRaces } from "../support/token-race.js";

describe("a race for one token over the network", () => {
  test("PAIR6: of a hundred machines from a hundred addresses exactly one pairs, three times", async () => {
    await runTokenRaces(20_261_125, 3);
  }, 120_000);
});
