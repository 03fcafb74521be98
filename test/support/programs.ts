import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { test } from "@jest/globals";

/** The path of a program that tests drive, or undefined. `GRPCURL` and the like name a path, which wins. */
export function findProgram(name: string): string | undefined {
  const stated = process.env[name.toUpperCase()];
  if (stated !== undefined && stated !== "") return stated;
  const folders = [
    ...(process.env["PATH"] ?? "").split(delimiter),
    join(homedir(), "go", "bin"),
    join(process.cwd(), "node_modules", ".bin"),
  ];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** A test that drives this program, or, where it cannot be had, one that is skipped and says so. */
export function testWith(name: string): typeof test.skip {
  if (findProgram(name) !== undefined) return test;
  process.stderr.write(
    `\n${name} was not found: its tests are skipped. Install it, or name its path in ${name.toUpperCase()}.\n`,
  );
  return test.skip;
}

/** Runs a program to its end. Fails with what it printed when it exits with another code than 0. */
export async function run(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { timeout: 15_000, maxBuffer: 16 << 20 });
  return stdout;
}
