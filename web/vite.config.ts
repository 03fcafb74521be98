import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

/** The page is served at any path: whatever it loads is named relative to what loads it. */
export default defineConfig({
  base: "./",
  plugins: [sharedWorker()],
  build: {
    outDir: "../dist/board",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: {
      onLog(level, log, handler) {
        // Meant for servers that render React, of which there is none here.
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") handler(level, log);
      },
    },
    license: { fileName: "THIRD-PARTY-NOTICES.txt" },
  },
  clearScreen: false,
  logLevel: "warn",
});

/**
 * Builds `src/live/worker.ts` beside the page, so that the two share their chunks; a worker that Vite bundles by itself
 * holds all of its libraries once more. `virtual:worker-url` is its address.
 */
function sharedWorker(): Plugin {
  const name = "virtual:worker-url";
  const worker = fileURLToPath(new URL("src/live/worker.ts", import.meta.url));
  return {
    name: "shared-worker",
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load(id) {
      if (id !== `\0${name}`) return undefined;
      const file = this.emitFile({ type: "chunk", id: worker, name: "worker" });
      return `export const workerUrl = import.meta.ROLLUP_FILE_URL_${file};`;
    },
  };
}
