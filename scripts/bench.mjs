// `npm run bench`: installs and builds what is missing, then runs the benchmarks on the pinned Node.
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, findNode, root, run } from "./runtime.mjs";

try {
  await ensureInstalled();
  await ensureBuilt();
  process.exitCode = await run(findNode(), [join(root, "bench", "run.mjs"), ...process.argv.slice(2)], {
    env: { ...process.env, NODE_NO_WARNINGS: "1" },
  });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
