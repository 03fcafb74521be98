import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { BoardFiles } from "../../src/http/board-files.js";
import { boardRoute } from "../../src/http/board-route.js";
import { answerText } from "../../src/http/node-types.js";
import type { PlainHandler } from "../../src/http/port-options.js";
import { usePorts } from "./port-harness.js";
import { get } from "./plain-get.js";

const SCRIPT = "export const words = 'a script';".repeat(50);
const DOCUMENT = '<meta name="hub-root" content="./"><script type="module" src="./assets/main-1.js"></script>';
const BROWSER = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

let folder = "";
const ports = usePorts();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "board-"));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), DOCUMENT);
  writeFileSync(join(folder, "secret.json"), "{}");
  writeFileSync(join(folder, "icon.svg"), "<svg/>");
  writeFileSync(join(folder, "assets", "main-1.js"), SCRIPT);
  writeFileSync(join(folder, "assets", "main-1.js.gz"), gzipSync(SCRIPT));
  writeFileSync(join(folder, "assets", "main-1.js.br"), brotliCompressSync(SCRIPT));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function start(from = folder): Promise<string> {
  const inText: PlainHandler = (_request, response) => answerText(response, 200, "in plain text");
  const pages = boardRoute(() => BoardFiles.open(from));
  const port = await ports.start({ pages, plainRoutes: new Map([["/", inText]]) });
  return `http://${port.authority}`;
}

describe("the web page on the hub's port", () => {
  test("BRD7: a browser is shown the page, and a program is told in plain text", async () => {
    const url = await start();
    const page = await get(`${url}/`, BROWSER);
    expect(page.status).toBe(200);
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(page.headers["cache-control"]).toBe("no-cache");
    expect(String(page.body)).toBe(DOCUMENT);
    expect(String((await get(`${url}/`, {})).body)).toBe("in plain text\n");
  });

  test.each([
    ["/", "./"],
    ["/history?plan=home", "./"],
    ["/machines/nas", "../"],
    ["/machines/nas/", "../../"],
    ["/settings/people/1", "../../"],
  ])("BRD7: the page at %s finds its files at %s, wherever a proxy serves it", async (path, steps) => {
    const url = await start();
    const { body } = await get(url + path, BROWSER);
    expect(String(body)).toContain(`content="${steps}"`);
    expect(String(body)).toContain(`src="${steps}assets/main-1.js"`);
  });

  test("BRD7: files that are named by their content are kept for a year, and sent as the caller takes them", async () => {
    const url = `${await start()}/assets/main-1.js`;
    const plain = await get(url, {});
    expect(plain.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(String(plain.body)).toBe(SCRIPT);
    const gzip = await get(url, { "accept-encoding": "gzip, deflate" });
    expect(gzip.headers["content-encoding"]).toBe("gzip");
    expect(String(gunzipSync(gzip.body))).toBe(SCRIPT);
    const brotli = await get(url, { "accept-encoding": "gzip, deflate, br" });
    expect(brotli.headers["content-encoding"]).toBe("br");
    expect(String(brotliDecompressSync(brotli.body))).toBe(SCRIPT);
    const refused = await get(url, { "accept-encoding": "br;q=0, gzip;q=0.0" });
    expect(refused.headers["content-encoding"]).toBeUndefined();
  });

  test("BRD7: what has not changed is not sent again", async () => {
    const url = await start();
    for (const path of ["/", "/icon.svg", "/assets/main-1.js"]) {
      const { headers } = await get(url + path, BROWSER);
      const again = await get(url + path, { ...BROWSER, "if-none-match": String(headers["etag"]) });
      expect(again.status).toBe(304);
      expect(again.body).toHaveLength(0);
    }
  });

  test("BRD7: nothing but the page's own files runs in it, and nothing frames it", async () => {
    const { headers } = await get(`${await start()}/machines/nas`, BROWSER);
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("style-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });

  test.each([
    "/assets/../secret.json",
    "/secret.json",
    "/assets/none.js",
    "/etc/passwd",
    "/assets/%2e%2e/index.html",
    "/a/b/c/d/e",
    "/index.html",
  ])("BRD7: there is nothing at %s", async (path) => {
    expect((await get((await start()) + path, BROWSER)).status).toBe(404);
  });

  test("BRD7: a page is only read, and its head may be asked for alone", async () => {
    const url = await start();
    expect((await get(`${url}/assets/main-1.js`, {}, "POST")).status).toBe(405);
    const head = await get(`${url}/assets/main-1.js`, {}, "HEAD");
    expect(head.status).toBe(200);
    expect(head.headers["content-length"]).toBe(String(SCRIPT.length));
    expect(head.body).toHaveLength(0);
  });

  test("BRD7: a hub without a built page says in plain text where one is", async () => {
    const url = await start(join(folder, "assets"));
    expect(String((await get(`${url}/`, BROWSER)).body)).toBe("in plain text\n");
  });

  test("BRD130: whoever reads a file slowly holds no copy of it, and it is sent when its folder is gone", async () => {
    const own = copyOfFolder();
    const file = (await BoardFiles.open(own))?.file("/assets/main-1.js");
    const [first, second] = await Promise.all([file?.bodies.get("identity")?.(), file?.bodies.get("identity")?.()]);
    expect(first).toBeInstanceOf(Uint8Array);
    expect(second).toBe(first);
    const url = await start(own);
    await get(`${url}/assets/main-1.js`, {});
    rmSync(own, { recursive: true });
    expect(String((await get(`${url}/assets/main-1.js`, {})).body)).toBe(SCRIPT);
  });

  test("BRD131: a file that cannot be read is a failure that no browser keeps, and comes once it can be read", async () => {
    const own = copyOfFolder();
    const url = await start(own);
    await get(`${url}/icon.svg`, {});
    renameSync(join(own, "assets"), join(own, "elsewhere"));
    const failed = await get(`${url}/assets/main-1.js`, {});
    expect(failed.status).toBe(500);
    expect(failed.headers["cache-control"]).toBeUndefined();
    renameSync(join(own, "elsewhere"), join(own, "assets"));
    expect(String((await get(`${url}/assets/main-1.js`, {})).body)).toBe(SCRIPT);
  });

  test("BRD131: a page that cannot be opened fails nothing else, and is tried again", async () => {
    let tries = 0;
    const pages = boardRoute(async () => {
      tries += 1;
      if (tries === 1) throw new Error("too many open files");
      return BoardFiles.open(folder);
    });
    const healthy: PlainHandler = (_request, response) => answerText(response, 200, "ok");
    const port = await ports.start({ pages, plainRoutes: new Map([["/healthz", healthy]]) });
    const url = `http://${port.authority}`;
    expect((await get(`${url}/healthz`, BROWSER)).status).toBe(200);
    expect(tries).toBe(0);
    expect((await get(`${url}/`, BROWSER)).status).toBe(500);
    expect((await get(`${url}/healthz`, BROWSER)).status).toBe(200);
    expect((await get(`${url}/`, BROWSER)).status).toBe(200);
  });
});

function copyOfFolder(): string {
  const copy = mkdtempSync(join(tmpdir(), "board-"));
  cpSync(folder, copy, { recursive: true });
  return copy;
}
