import { createServer } from "node:http";
import { once } from "node:events";
import { build } from "esbuild";
import { test } from "@jest/globals";
import { type Browser, chromium } from "playwright-core";
import { findProgram } from "./programs.js";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** The path of a Chromium, or undefined. The variable `CHROMIUM` names one, which wins. */
export function findChromium(): string | undefined {
  return NAMES.map((name) => findProgram(name)).find((path) => path !== undefined);
}

/** A test that needs a Chromium, or, where there is none, one that is skipped and says so. */
export function testInChromium(): typeof test.skip {
  if (findChromium() !== undefined) return test;
  process.stderr.write(
    "\nNo Chromium was found: the tests in a browser are skipped. Install it (Debian: apt-get install chromium), or name its path in CHROMIUM.\n",
  );
  return test.skip;
}

/** A Chromium; who starts it closes it. */
export function startChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("there is no Chromium");
  // Its sandbox needs rights that containers and CI seldom have; only the hub's own page and a test's script run in it.
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** An origin of its own that serves an empty page. */
export async function emptyOrigin(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>empty</title>");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** A compiled module with all that it imports, as a script for a page. */
export async function bundled(module: string): Promise<string> {
  const { outputFiles } = await build({ entryPoints: [module], bundle: true, write: false, format: "iife" });
  return outputFiles[0]?.text ?? "";
}
