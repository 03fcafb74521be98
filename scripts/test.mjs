// `npm test`: installs and builds what is missing, then runs jest on the pinned Node over the compiled tests.
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, findNode, root, run } from "./runtime.mjs";

try {
  await ensureInstalled();
  await ensureBuilt();
  const jest = join(root, "node_modules", "jest", "bin", "jest.js");
  process.exitCode = await run(findNode(), ["--experimental-vm-modules", jest, ...process.argv.slice(2)], {
    env: { ...process.env, NODE_NO_WARNINGS: "1" },
  });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
