// `npm run demo`: installs and builds what is missing, then runs a hub with a simulated fleet on the pinned Node.
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, findNode, root, run } from "./runtime.mjs";

try {
  await ensureInstalled();
  await ensureBuilt();
  const main = join(root, "dist", "src", "main.js");
  process.exitCode = await run(findNode(), [main, "demo", ...process.argv.slice(2)]);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
