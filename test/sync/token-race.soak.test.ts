import { describe, test } from "@jest/globals";
import { runTokenRaces } from "../support/token-race.js";

describe("a race for one token over the network, the whole", () => {
  test("PAIR6: of a hundred machines from a hundred addresses exactly one pairs, a hundred times", async () => {
    await runTokenRaces(20_261_126, 100);
  }, 1_200_000);
});
