// `npm run build`: makes `dist/` anew.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, root } from "./runtime.mjs";

try {
  await ensureInstalled();
  rmSync(join(root, "dist"), { recursive: true, force: true });
  await ensureBuilt();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
