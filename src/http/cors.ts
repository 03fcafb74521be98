import { cors } from "@connectrpc/connect";
import type { NodeServerRequest, NodeServerResponse } from "./node-types.js";

const PREFLIGHT_SECONDS = 7200;

/** Lets scripts of the named origins ("https://dash.example") call the hub from a browser; of no others. */
export class CrossOrigin {
  readonly #origins: ReadonlySet<string>;

  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins.map((origin) => origin.replace(/\/$/, "").toLowerCase()));
  }

  /** Adds what a browser wants to see; true when that answered the request already. */
  apply(request: NodeServerRequest, response: NodeServerResponse): boolean {
    const origin = request.headers.origin;
    if (this.#origins.size > 0) response.setHeader("vary", "Origin");
    if (origin === undefined || !this.#origins.has(origin.toLowerCase())) return false;
    response.setHeader("access-control-allow-origin", origin);
    if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] === undefined) {
      response.setHeader("access-control-expose-headers", cors.exposedHeaders.join(", "));
      return false;
    }
    response.setHeader("access-control-allow-methods", cors.allowedMethods.join(", "));
    response.setHeader("access-control-allow-headers", [...cors.allowedHeaders, "Authorization"].join(", "));
    response.setHeader("access-control-max-age", PREFLIGHT_SECONDS);
    response.statusCode = 204;
    response.end();
    return true;
  }
}
