// `npm start`: installs and builds what is missing, then runs the hub on the pinned Node.
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, findNode, root, run } from "./runtime.mjs";

try {
  await ensureInstalled();
  await ensureBuilt();
  const main = join(root, "dist", "src", "main.js");
  process.exitCode = await run(findNode(), [main, "serve", ...process.argv.slice(2)]);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
