// Makes `dist/bin/`: the compiled program and its packages in a few files. Node needs a third of its time to start for
// finding and reading 250 of them, and the hub should answer as soon as it can: Backrest stays away for minutes when the
// first retry after a restart fails.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/** What Node starts: the program, and the threads of its store, which are loaded by their file's name. */
const ENTRIES = ["main.js", "store/sqlite/writer-worker.js", "store/sqlite/reader-worker.js"];
/** Some packages are CommonJS and ask for Node's own modules in their way. */
const REQUIRE = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

export async function bundle(root) {
  const outdir = join(root, "dist", "bin");
  rmSync(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: ENTRIES.map((entry) => join(root, "dist", "src", entry)),
    absWorkingDir: root,
    outdir,
    entryNames: "[name]",
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    banner: { js: REQUIRE },
    metafile: true,
    logLevel: "warning",
  });
  writeFileSync(join(outdir, "THIRD-PARTY-NOTICES.txt"), notices(root, Object.keys(metafile.inputs)));
}

/** The licences of the packages that are in the bundle: it may be passed on only together with them. */
function notices(root, inputs) {
  const names = new Set(inputs.flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []));
  const sorted = [...names].sort((a, b) => a.localeCompare(b));
  return sorted.map((name) => notice(join(root, "node_modules", name))).join("\n");
}

function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const texts = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  const words = texts.map((file) => readFileSync(join(folder, file), "utf8"));
  return [`${name} ${version} (${license})`, ...words].join("\n\n");
}
