// `npm run demo`: installs and builds what is missing, then runs a hub with a simulated fleet on the pinned Node.
import { ensureBuilt, ensureInstalled, findNode, program, run } from "./runtime.mjs";

try {
  await ensureInstalled();
  await ensureBuilt();
  process.exitCode = await run(findNode(), [program, "demo", ...process.argv.slice(2)]);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
