// Makes `dist/board/`: the web page, with every file that is worth it compressed beside it. Compressing takes seconds,
// which a hub should not spend while it is asked.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "vite";
import { root } from "./runtime.mjs";

const COMPRESSED = /\.(?:js|css|svg|html|txt)$/;
const WORTH_IT_BYTES = 1_000;

const folder = join(root, "dist", "board");
await build({ root: join(root, "web"), configFile: join(root, "web", "vite.config.ts") });
for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
  if (!COMPRESSED.test(name)) continue;
  const file = join(folder, name);
  const bytes = readFileSync(file);
  if (bytes.byteLength < WORTH_IT_BYTES) continue;
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}
