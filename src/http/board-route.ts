import type { BoardFile, BoardFiles, Coding } from "./board-files.js";
import type { NodeServerRequest, NodeServerResponse } from "./node-types.js";
import { answerText } from "./node-types.js";
import type { PageFinder } from "./port-options.js";

/** First steps of the pages' addresses, as in web/src/app.tsx; everything else is no page. */
const PAGES: ReadonlySet<string> = new Set(["", "machines", "history", "enrol", "connections", "repos", "settings"]);

/** Nothing but the page's own files runs in it, and no other page frames it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS: readonly (readonly [string, string])[] = [
  ["content-security-policy", POLICY],
  ["x-content-type-options", "nosniff"],
  ["x-frame-options", "DENY"],
  ["referrer-policy", "no-referrer"],
  ["cross-origin-opener-policy", "same-origin"],
  ["cross-origin-resource-policy", "same-origin"],
  ["permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"],
];

/**
 * The web page for whoever asks with a browser.
 * @param open called once, when somebody first asks: a hub should start without waiting for its page
 */
export function boardRoute(open: () => Promise<BoardFiles | undefined>): PageFinder {
  let opened: Promise<BoardFiles | undefined> | undefined;
  return async (request, path) => {
    // A page that cannot be opened is no reason to fail what is none, such as `/healthz`.
    if (!isFile(path) && !isPage(request, path)) return undefined;
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    const board = await opened;
    const file = board === undefined ? undefined : wanted(board, request, path);
    return file === undefined ? undefined : (_request, response) => send(file, request, response);
  };
}

function wanted(board: BoardFiles, request: NodeServerRequest, path: string): BoardFile | undefined {
  return board.file(path) ?? (isPage(request, path) ? board.document(path) : undefined);
}

/** Files have an ending, and whatever else the hub serves has none. */
function isFile(path: string): boolean {
  return path.includes(".", path.lastIndexOf("/"));
}

function isPage({ method, headers }: NodeServerRequest, path: string): boolean {
  if (!PAGES.has(path.split("/")[1] ?? "")) return false;
  return (method === "GET" || method === "HEAD") && (headers.accept ?? "").includes("text/html");
}

async function send(file: BoardFile, request: NodeServerRequest, response: NodeServerResponse): Promise<void> {
  const { method, headers } = request;
  if (method !== "GET" && method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    return answerText(response, 405, "pages are read with GET");
  }
  const coding = codingFor(file, headers["accept-encoding"]);
  const isKnown = headers["if-none-match"] === file.etag;
  // Before any header is set: a browser would keep a failure for as long as the file.
  const body = isKnown ? undefined : await file.bodies.get(coding)?.();
  // Whoever asked may have gone while the file was read.
  if (response.destroyed) return;
  for (const [name, value] of HEADERS) response.setHeader(name, value);
  response.setHeader("cache-control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  response.setHeader("vary", "accept-encoding, accept");
  response.setHeader("etag", file.etag);
  if (body === undefined) {
    response.statusCode = 304;
    return void response.end();
  }
  response.statusCode = 200;
  response.setHeader("content-type", file.contentType);
  response.setHeader("content-length", body.byteLength);
  if (coding !== "identity") response.setHeader("content-encoding", coding);
  if (method === "HEAD") response.end();
  else if ("stream" in response) response.end(body);
  else response.end(body);
}

/** The smallest that the caller takes. */
function codingFor({ bodies }: BoardFile, accepted: string | string[] | undefined): Coding {
  const taken = new Set(
    String(accepted ?? "")
      .split(",")
      .map((one) => one.trim().toLowerCase())
      .filter((one) => !/;\s*q=0(?:\.0*)?$/.test(one))
      .map((one) => one.split(";", 1)[0]?.trim()),
  );
  return (["br", "gzip"] as const).find((coding) => taken.has(coding) && bodies.has(coding)) ?? "identity";
}
