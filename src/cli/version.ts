import { readFileSync } from "node:fs";
import type { Command } from "commander";
import type { CliContext } from "./context.js";
import { printJson } from "./output.js";

/** The version of this program, from its package. */
export function programVersion(): string {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const content: unknown = JSON.parse(text);
  const version = typeof content === "object" && content !== null && "version" in content ? content.version : undefined;
  return String(version);
}

export function versionCommand(program: Command, context: CliContext): void {
  program
    .command("version")
    .description("Say which version this is.")
    .option("--json", "print JSON")
    .action((options: { json?: boolean }) => {
      const version = programVersion();
      if (options.json === true) printJson(context, { version, node: process.versions.node });
      else context.out(`backrest-hub ${version} (Node ${process.versions.node})\n`);
    });
}
