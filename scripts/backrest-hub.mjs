#!/usr/bin/env node
// The command `backrest-hub`. In a clone it installs and builds what is missing; installed, it runs what was packed.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  ensureBuilt,
  ensureInstalled,
  findNode,
  program,
  root,
  run,
  runtimeIsNewEnough,
  WHAT_IT_NEEDS,
} from "./runtime.mjs";

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
    await import(pathToFileURL(program).href);
  } else {
    process.exitCode = await run(node, [program, ...process.argv.slice(2)], { cwd: process.cwd() });
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
