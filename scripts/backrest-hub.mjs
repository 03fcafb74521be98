#!/usr/bin/env node
// The command `backrest-hub`. In a clone it installs and builds what is missing; installed, it runs what was packed.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, findNode, root, run, runtimeIsNewEnough, WHAT_IT_NEEDS } from "./runtime.mjs";

const main = join(root, "dist", "src", "main.js");
const isClone = existsSync(join(root, "tsconfig.json"));

try {
  if (isClone) {
    await ensureInstalled();
    await ensureBuilt();
  }
  const node = findNode();
  if (node === undefined) {
    process.stderr.write(`${WHAT_IT_NEEDS}\n`);
    process.exitCode = 1;
  } else if (node === process.execPath && runtimeIsNewEnough()) {
    await import(new URL("../dist/src/main.js", import.meta.url));
  } else {
    process.exitCode = await run(node, [main, ...process.argv.slice(2)], { cwd: process.cwd() });
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
