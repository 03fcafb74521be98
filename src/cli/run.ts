import { Command, CommanderError } from "commander";
import { errorText } from "../system-error.js";
import { accessTokensCommand } from "./access-tokens.js";
import { auditCommand } from "./audit.js";
import { completionCommand } from "./completion.js";
import { connectionsCommand } from "./connections.js";
import type { CliContext } from "./context.js";
import { demoCommand } from "./demo/command.js";
import { EXIT, exitCodeOf, explain } from "./exit-codes.js";
import { fleetCommand } from "./fleet.js";
import { CheckStatus } from "./fleet-check.js";
import { identityCommand } from "./identity.js";
import { operationsCommand } from "./operations.js";
import { instancesCommand } from "./instances.js";
import { peersCommand } from "./peers.js";
import { pushesCommand } from "./pushes.js";
import { serveCommand } from "./serve.js";
import { sharedReposCommand } from "./shared-repos.js";
import { simulateCommand } from "./simulate/command.js";
import { statesCommand } from "./states.js";
import { statusCommand } from "./status.js";
import { tokensCommand } from "./tokens.js";
import { usersCommand } from "./users.js";
import { whoAmICommand } from "./whoami.js";
import { programVersion, versionCommand } from "./version.js";
import { watchCommand } from "./watch.js";

/**
 * Carries out one command line.
 * @param args without the program's own name
 * @returns the exit code; never throws
 */
export async function run(args: readonly string[], context: CliContext): Promise<number> {
  try {
    await createProgram(context).parseAsync(args, { from: "user" });
    return EXIT.ok;
  } catch (reason) {
    if (reason instanceof CheckStatus) return reason.exitCode;
    // Commander has said what was wrong already.
    if (reason instanceof CommanderError) return reason.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const error = explain(reason);
    // At a terminal there is no log to look into.
    const why = error.code === "internal" && error.cause !== undefined ? ` (${errorText(error.cause)})` : "";
    context.err(`error: ${error.message}${why}\n`);
    return exitCodeOf(error);
  }
}

export function createProgram(context: CliContext): Command {
  const program = new Command("backrest-hub")
    .description("A sync hub for a fleet of Backrest instances.")
    .version(programVersion(), "-V, --version", "say which version this is")
    .configureOutput({ writeOut: context.out, writeErr: context.err })
    .helpOption("-h, --help", "show what the command does")
    .helpCommand("help [command]", "show what a command does")
    .showSuggestionAfterError(true)
    .exitOverride();
  for (const add of [
    serveCommand,
    identityCommand,
    statusCommand,
    whoAmICommand,
    fleetCommand,
    instancesCommand,
    peersCommand,
    tokensCommand,
    connectionsCommand,
    sharedReposCommand,
    pushesCommand,
    watchCommand,
    statesCommand,
    operationsCommand,
    usersCommand,
    accessTokensCommand,
    auditCommand,
    simulateCommand,
    demoCommand,
    versionCommand,
    completionCommand,
  ]) {
    add(program, context);
  }
  return program;
}
