import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import type { Command } from "commander";
import type { CliContext } from "./context.js";
import { printJson } from "./output.js";

/** The version of this program, from its package. */
export function programVersion(): string {
  const file = findPackageJSON(".", import.meta.url);
  const content: unknown = file === undefined ? undefined : JSON.parse(readFileSync(file, "utf8"));
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
