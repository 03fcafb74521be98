import { randomInt } from "node:crypto";
import { type Command, Option } from "commander";
import { FLEET_GENERATIONS } from "../../client/simulate/generations.js";
import { MISBEHAVIOURS } from "../../client/simulate/misbehaviour.js";
import type { CliContext } from "../context.js";
import { addTargetOptions, findHub, needRunning } from "../hub-connection.js";
import { readMisbehaving, type SimulateOptions, wholeNumber } from "./options.js";

const MAX_SEED = 0xffff_ffff;

export function simulateCommand(program: Command, context: CliContext): void {
  addTargetOptions(program.command("simulate"))
    .description("Connect simulated machines to a running hub, to see how many it carries.")
    .option("--peers <N>", "how many machines, sim-0001 and so on", wholeNumber(1, 9_999), 10)
    .option("--rate <R>", "changes a second over all of them; 0 for idle machines", wholeNumber(0, 100_000), 10)
    .option("--seconds <S>", "for how long; until it is interrupted by default", wholeNumber(1, 31_536_000))
    .option("--days <N>", "how much history each one brings", wholeNumber(0, 3_650), 2)
    .addOption(
      new Option(
        "--generation <WHICH>",
        "what they speak: v1.13 and later, v1.11 to v1.12, or three of four the former",
      )
        .choices(FLEET_GENERATIONS)
        .default("mixed"),
    )
    .option(
      "--misbehave <KIND=COUNT,…>",
      `how many of them misbehave, and how: ${MISBEHAVIOURS.join(", ")}`,
      readMisbehaving,
    )
    .option("--seed <N>", "gives the same machines again; a new one by default", wholeNumber(0, MAX_SEED))
    .option("--keep <PATH>", "keep their histories in this directory, so that the same seed goes on with them")
    .option("--remove", "remove the machines from the hub at the end")
    .action(async (options: SimulateOptions) => {
      const hub = needRunning(await findHub(options, context));
      const seed = options.seed ?? randomInt(MAX_SEED);
      // Only this command needs the fleet, and the others should start quickly.
      const { simulate } = await import("./run.js");
      await simulate(hub, { ...options, seed }, context);
    });
}
