// What every script needs to know of the runtime. Runs on an old Node: no syntax and no API newer than Node 18.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the project, with a trailing slash left off. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The built program: what a start, a package and the tests of whole processes run. */
export const program = join(root, "dist", "bin", "main.js");

const MINIMUM = { major: 24, minor: 7 };
const pinnedNode = join(root, "node_modules", "node", "bin", "node");

/** Whether this Node is new enough for the hub itself. */
export function runtimeIsNewEnough(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > MINIMUM.major || (major === MINIMUM.major && minor >= MINIMUM.minor);
}

/**
 * The Node that runs the hub and its tests: `BACKREST_HUB_NODE` if set, else the pinned one of a clone, else the one
 * that runs this script. Undefined when none of them is new enough.
 */
export function findNode() {
  if (process.env.BACKREST_HUB_NODE) return process.env.BACKREST_HUB_NODE;
  if (existsSync(pinnedNode)) return pinnedNode;
  return runtimeIsNewEnough() ? process.execPath : undefined;
}

export const WHAT_IT_NEEDS =
  `backrest-hub needs Node ${MINIMUM.major}.${MINIMUM.minor} or newer; this is Node ${process.versions.node}.\n` +
  "Install Node 26 (the current long-term-support release), or run it from a clone with `npm start`, which brings its own.";

/**
 * Runs a program, hands signals on to it and resolves with its exit code (128 + number when a signal ended it).
 * SIGINT from a terminal reaches the child by itself; it is swallowed here so that the child decides when to end.
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit", cwd: root, ...options });
    const forward = (signal) => child.kill(signal);
    const ignore = () => {};
    process.on("SIGTERM", forward);
    process.on("SIGHUP", forward);
    process.on("SIGINT", process.stdin.isTTY ? ignore : forward);
    // npm runs scripts behind a shell that dies of a signal without handing it on: losing the parent is a signal, too.
    const parent = process.ppid;
    const orphanWatch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(orphanWatch);
      forward("SIGTERM");
    }, 200);
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      clearInterval(orphanWatch);
      process.off("SIGTERM", forward);
      process.off("SIGHUP", forward);
      process.off("SIGINT", ignore);
      process.off("SIGINT", forward);
      resolve(code ?? 128 + (signal === "SIGINT" ? 2 : signal === "SIGKILL" ? 9 : 15));
    });
  });
}

/** Installs the packages that the lock file names, unless they are there. */
export async function ensureInstalled() {
  const lock = readFileSync(join(root, "package-lock.json"));
  const stamp = join(root, "node_modules", ".installed-lock");
  const wanted = createHash("sha256").update(lock).digest("hex");
  if (existsSync(pinnedNode) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  process.stderr.write("Installing packages (once) …\n");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const code = await run(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { stdio: ["ignore", 2, 2] });
  if (code !== 0) throw new Error(`npm ci ended with code ${code}; its own words above say why`);
  if (!existsSync(pinnedNode)) {
    throw new Error(
      "npm did not install the pinned Node: install scripts seem to be switched off. Allow them (npm config set ignore-scripts false) and try again",
    );
  }
  writeFileSync(stamp, wanted);
}

/** Compiles to `dist/` and bundles the program from it, unless nothing changed since the last time. */
export async function ensureBuilt() {
  const wanted = sourcesFingerprint();
  const stamp = join(root, "dist", ".built");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  process.stderr.write("Building …\n");
  const code = await run(findNode(), [join(root, "node_modules", "typescript", "bin", "tsc"), "-p", root], {
    stdio: ["ignore", 2, 2],
  });
  if (code !== 0) throw new Error("the build failed; the compiler's words above say where");
  const { bundle } = await import("./bundle.mjs");
  await bundle(root);
  const page = await run(findNode(), [join(root, "scripts", "board.mjs")], { stdio: ["ignore", 2, 2] });
  if (page !== 0) throw new Error("the web page could not be built; the words above say why");
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

/** Names, sizes and times of everything that is compiled: cheap enough for every start. */
function sourcesFingerprint() {
  const hash = createHash("sha256");
  const visit = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      if (entry.isDirectory()) visit(child);
      else if (/\.(?:tsx?|css|html|svg)$/.test(entry.name)) {
        const { size, mtimeMs } = statSync(child);
        hash.update(`${child}\0${size}\0${mtimeMs}\0`);
      }
    }
  };
  for (const folder of ["src", "gen", "test", "web"]) if (existsSync(join(root, folder))) visit(join(root, folder));
  for (const file of [
    "tsconfig.json",
    "package-lock.json",
    join("scripts", "bundle.mjs"),
    join("scripts", "board.mjs"),
  ])
    hash.update(readFileSync(join(root, file)));
  return hash.digest("hex");
}
