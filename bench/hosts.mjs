// The two programs that are measured side by side: the built hub, and the least that a Node host must do (the ceiling).
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, openSync, closeSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { answers } from "./load/h2.mjs";
import { hostCpu, sleep } from "./load/measure.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const main = join(here, "..", "dist", "bin", "main.js");
const stub = join(here, "load", "stub-host.mjs");
const loadClient = join(here, "load", "load.mjs");

/** A load client is one caller from one address, which the hub's own limits would stop. */
const HUB_FLAGS = ["--max-connections-per-address", "4096", "--log-level", "warn"];
/** Where openings themselves are measured, and not how well the hub is protected from them. */
export const UNCAPPED = ["--max-key-exchanges", "100000", "--max-key-exchanges-per-address", "100000"];
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 20_000;

/** Makes identities and, for each kind of host, a data directory that knows them, to be copied for each run. */
export function prepare(work, { gen, identities }) {
  mkdirSync(work, { recursive: true });
  const ids = join(work, "identities.json");
  const peers = join(work, "peers.json");
  runNode([loadClient, "keys", "--gen", gen, "--n", String(identities), "--out", ids, "--neutral", peers]);
  const template = join(work, "template");
  rmSync(template, { recursive: true, force: true });
  runNode([main, "peers", "add", "--file", peers, "--data-dir", template]);
  return { work, gen, ids, template };
}

/** The data directory of one run, made anew: of the hub from `from` (a directory of a stopped hub) or the template. */
export function freshData(setting, kind, from = setting.template) {
  const data = join(setting.work, `data-${kind}`);
  rmSync(data, { recursive: true, force: true });
  if (kind === "hub") cpSync(from, data, { recursive: true });
  // Hundreds of megabytes that the system has yet to write would keep the disk from the host.
  spawnSync("sync");
  return data;
}

/** The command line of a host. */
export function hostCommand(kind, { data, port, flags = [] }) {
  if (kind === "stub") return [stub, "--port", String(port), "--store", "sqlite", "--data", data];
  return [main, "serve", "--listen", `127.0.0.1:${port}`, "--data-dir", data, ...HUB_FLAGS, ...flags];
}

/** Starts a host and resolves when it answers and its start-up work is over. */
export async function startHost(kind, data, work, flags) {
  const port = await freePort();
  const log = openSync(join(work, `${kind}.log`), "w");
  const child = spawn(process.execPath, ["--no-warnings", ...hostCommand(kind, { data, port, flags })], {
    stdio: ["ignore", "ignore", log],
  });
  closeSync(log);
  const url = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await answers(url))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      child.kill("SIGKILL");
      throw new Error(`the ${kind} does not start; its words: ${readFileSync(join(work, `${kind}.log`), "utf8")}`);
    }
    await sleep(20);
  }
  await settled(child.pid);
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    child.kill("SIGTERM");
    await exited;
    clearTimeout(timer);
  };
  return { kind, url, pid: child.pid, data, token: tokenOf(data), stop };
}

/** Runs one mode of the load client against a host and returns the JSON that it prints. */
export async function drive(host, setting, mode, args, { timeoutMs = 180_000 } = {}) {
  const child = spawn(
    process.execPath,
    ["--no-warnings", loadClient, mode, "--gen", setting.gen, "--identities", setting.ids, ...targetOf(host), ...args],
    { stdio: ["ignore", "pipe", "inherit"], timeout: timeoutMs, killSignal: "SIGKILL" },
  );
  let out = "";
  child.stdout.on("data", (piece) => {
    out += piece;
  });
  await once(child, "close");
  if (out === "") throw new Error(`the load client said nothing for ${mode} against the ${host.kind}`);
  const result = JSON.parse(out);
  if (result.ok !== true) throw new Error(`${mode} against the ${host.kind} failed: ${out}`);
  return result;
}

/** Runs a mode that spawns the host's command itself, and stops it again. */
export async function driveCommand(kind, data, setting, mode, args = []) {
  const port = await freePort();
  const host = { kind, url: `http://127.0.0.1:${port}`, token: tokenOf(data) };
  const command = [process.execPath, "--no-warnings", ...hostCommand(kind, { data, port })];
  return drive(host, setting, mode, [...args, "--", ...command]);
}

function targetOf({ url, pid, token }) {
  const target = ["--url", url];
  if (pid !== undefined) target.push("--pid", String(pid));
  // A token may begin with a dash.
  if (token !== undefined) target.push(`--token=${token}`);
  return target;
}

function tokenOf(data) {
  const file = join(data, "admin-token");
  return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
}

/** Start-up work is over when a host has used no CPU to speak of for half a second. */
async function settled(pid) {
  let before = hostCpu(pid);
  for (let i = 0; i < 20; i++) {
    await sleep(500);
    const now = hostCpu(pid);
    if (now - before < 0.03) return;
    before = now;
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

function runNode(args) {
  const { status, stderr } = spawnSync(process.execPath, ["--no-warnings", ...args], {
    encoding: "utf8",
    timeout: 60_000,
  });
  if (status !== 0) throw new Error(`${args.slice(0, 3).join(" ")} failed: ${stderr}`);
}
