import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../bin/main.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A running `backrest-hub` and what it has said so far. */
export interface Program {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly said: { out: string; err: string };
  readonly ended: Promise<Ended>;
  /** Resolves when stdout matches. */
  until(pattern: RegExp): Promise<void>;
}

export function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env["PATH"], HOME: "/nonexistent", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { out: "", err: "" };
  child.stdout.on("data", (data: Buffer) => void (said.out += data.toString()));
  child.stderr.on("data", (data: Buffer) => void (said.err += data.toString()));
  const ended = once(child, "close").then(() => ({ code: child.exitCode, ...said }));
  return {
    process: child,
    said,
    ended,
    until: async (pattern) => {
      while (!pattern.test(said.out)) {
        const more = once(child.stdout, "data").then(() => true);
        const goesOn = await Promise.race([more, ended.then(() => false)]);
        if (!goesOn && !pattern.test(said.out))
          throw new Error(`ended without ${String(pattern)}: ${said.out}${said.err}`);
      }
    },
  };
}

/** Runs a command to its end. */
export function runToEnd(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return start(args, env).ended;
}

/** The address that it says to open, without the slash at its end. */
export function openedUrl({ said }: Program): string {
  return /^ {4}(\S+)\/$/m.exec(said.out)?.[1] ?? "";
}

/** A hub on a free port; resolves when it listens. */
export async function serve(
  dataDir: string,
  args: readonly string[] = [],
): Promise<Program & { readonly url: string }> {
  const hub = start(["serve", "--listen", "127.0.0.1:0", "--data-dir", dataDir, ...args]);
  await hub.until(/knocked, .*\n[\s\S]*data .*\n\n.*\n/);
  return { ...hub, url: openedUrl(hub) };
}
