import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually } from "./hub-calls.js";

const MAIN = fileURLToPath(new URL("../../bin/main.js", import.meta.url));

/** The built hub in a process of its own, so that it can be stopped and killed as an operator's. */
export interface HubProcess {
  readonly url: string;
  readonly dataDir: string;
  readonly token: string;
  readonly pid: number;
  /** Resolves with the exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
  kill(signal: NodeJS.Signals): void;
  /** Starts it again on the same data and port, after it has ended. */
  again(): Promise<HubProcess>;
  /** Ends it, if it runs, and removes its data. */
  dispose(): Promise<void>;
}

/** @param flags more flags for `serve` */
export async function startHubProcess(flags: readonly string[] = []): Promise<HubProcess> {
  return start(mkdtempSync(join(tmpdir(), "backrest-hub-process-")), await freePort(), flags);
}

async function start(dataDir: string, port: number, flags: readonly string[]): Promise<HubProcess> {
  const url = `http://127.0.0.1:${port}`;
  const args = [MAIN, "serve", "--listen", `127.0.0.1:${port}`, "--data-dir", dataDir, "--log-level", "warn", ...flags];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  const ended = endOf(child);
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`the hub ended with ${child.exitCode}`);
    if ((await fetch(`${url}/readyz`)).status !== 200) throw new Error("not ready yet");
  }, 15_000);
  return {
    url,
    dataDir,
    token: readFileSync(join(dataDir, "admin-token"), "utf8").trim(),
    pid: child.pid ?? 0,
    ended,
    kill: (signal) => void child.kill(signal),
    again: () => start(dataDir, port, flags),
    dispose: async () => {
      child.kill("SIGKILL");
      await ended;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function endOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal ?? "unknown")));
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
