// `npm start`: installs and builds what is missing, then runs the hub on the pinned Node.
import { ensureBuilt, ensureInstalled, findNode, program, run } from "./runtime.mjs";

try {
  await ensureInstalled();
  await ensureBuilt();
  process.exitCode = await run(findNode(), [program, "serve", ...process.argv.slice(2)]);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
