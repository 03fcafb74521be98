import type { HubError } from "../errors.js";
import type { RequestConnection } from "../request-context.js";
import { answerText, type NodeServerRequest } from "./node-types.js";
import type { PlainHandler } from "./port-options.js";

export interface MetricsRouteParts {
  readonly scrape: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /**
   * Decides who may read.
   * @returns why not, in words for a person; nothing when they may
   */
  readonly refusal: (request: {
    readonly header: Headers;
    readonly url: string;
    readonly connection: RequestConnection;
  }) => HubError | undefined | Promise<HubError | undefined>;
}

/** How much is written before the reader has to take it. */
const PIECE_CHARACTERS = 64 * 1024;

/** `/metrics` for Prometheus. */
export function metricsRoute({ scrape, refusal }: MetricsRouteParts): PlainHandler {
  return async (request, response, connection) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      return answerText(response, 405, "metrics are read with GET");
    }
    const refused = await refusal({ header: headersOf(request), url: urlOf(request, connection), connection });
    if (refused !== undefined) {
      const unknown = refused.code === "unauthenticated";
      if (unknown) response.setHeader("www-authenticate", 'Basic realm="backrest-hub", charset="UTF-8"');
      return answerText(response, unknown ? 401 : 403, refused.message);
    }
    const { contentType, text } = await scrape();
    response.statusCode = 200;
    response.setHeader("content-type", contentType);
    response.setHeader("cache-control", "no-store");
    if (request.method === "HEAD") return void response.end();
    for (let at = 0; at < text.length; at += PIECE_CHARACTERS) {
      if (response.destroyed) return;
      const piece = text.slice(at, at + PIECE_CHARACTERS);
      const taken = "stream" in response ? response.write(piece) : response.write(piece);
      if (!taken) await drained(response);
    }
    response.end();
  };
}

function headersOf(request: NodeServerRequest): Headers {
  const header = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    // What HTTP/2 puts among the headers of a request is none of them.
    if (value === undefined || name.startsWith(":")) continue;
    for (const one of Array.isArray(value) ? value : [value]) header.append(name, one);
  }
  return header;
}

function urlOf({ headers, url = "/" }: NodeServerRequest, { encrypted }: RequestConnection): string {
  const authority = headers[":authority"] ?? headers.host ?? "localhost";
  return `${encrypted ? "https" : "http"}://${String(authority)}${url}`;
}

/** Resolves when the reader took what was written, or is gone. */
function drained(response: Parameters<PlainHandler>[1]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}
