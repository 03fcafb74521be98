import type { HubError } from "../errors.js";
import { answerText } from "./node-types.js";
import type { PlainHandler } from "./port-options.js";

export interface MetricsRouteParts {
  readonly scrape: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /**
   * Decides by the header `Authorization` who may read.
   * @returns why not, in words for a person; nothing when they may
   */
  readonly refusal: (authorization: string | undefined) => HubError | undefined | Promise<HubError | undefined>;
}

/** How much is written before the reader has to take it. */
const PIECE_CHARACTERS = 64 * 1024;

/** `/metrics` for Prometheus, with a token as Bearer or as Basic's password. */
export function metricsRoute({ scrape, refusal }: MetricsRouteParts): PlainHandler {
  return async (request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      return answerText(response, 405, "metrics are read with GET");
    }
    const refused = await refusal(request.headers.authorization);
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
