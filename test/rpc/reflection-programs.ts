import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

/**
 * The path of a program that these tests drive, or undefined.
 * @param variable environment variable that names the path and wins
 */
export function findProgram(name: string, variable: string): string | undefined {
  const stated = process.env[variable];
  if (stated !== undefined && stated !== "") return stated;
  const folders = [
    ...(process.env["PATH"] ?? "").split(delimiter),
    join(homedir(), "go", "bin"),
    join(process.cwd(), "node_modules", ".bin"),
  ];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Runs a program to its end. Fails with what it printed when it exits with another code than 0. */
export async function run(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { timeout: 15_000, maxBuffer: 16 << 20 });
  return stdout;
}
