import { readFileSync } from "node:fs";
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2";
import { join } from "node:path";
import { type ConnectRouter, createConnectRouter, createContextValues } from "@connectrpc/connect";
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from "@connectrpc/connect-node";
import { kConnection, type RequestConnection } from "../../src/request-context.js";

export const TEST_CERT_PATH = join(process.cwd(), "test/data/tls/first.cert.pem");
const TEST_KEY_PATH = join(process.cwd(), "test/data/tls/first.key.pem");

/** A real HTTP/2 server on a free port of this machine. */
export class H2Server {
  readonly url: string;
  /** host:port */
  readonly authority: string;
  readonly #server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  #streams = 0;

  private constructor(server: Http2Server, scheme: string) {
    this.#server = server;
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the test server listens on no port");
    this.authority = `127.0.0.1:${address.port}`;
    this.url = `${scheme}://${this.authority}`;
    server.on("session", (session) => {
      this.#sessions.add(session);
      session.on("close", () => this.#sessions.delete(session));
    });
    server.on("stream", (stream) => {
      this.#streams += 1;
      stream.on("close", () => {
        this.#streams -= 1;
      });
    });
  }

  static async listen(routes: (router: ConnectRouter) => void, options: { tls?: boolean } = {}): Promise<H2Server> {
    const handler = listener(routes);
    const server =
      options.tls === true
        ? createSecureServer({ cert: readFileSync(TEST_CERT_PATH), key: readFileSync(TEST_KEY_PATH) }, handler)
        : createServer(handler);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
    await promise;
    return new H2Server(server, options.tls === true ? "https" : "http");
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#sessions.size;
  }

  /** Streams that are open, over all connections. */
  get streams(): number {
    return this.#streams;
  }

  get sessions(): readonly ServerHttp2Session[] {
    return [...this.#sessions];
  }

  /** Cuts every connection and stops listening. */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    for (const session of this.#sessions) session.destroy();
    await promise;
  }
}

/** Like Connect's own adapter, but silent about streams that were cut: tests do that all the time. */
function listener(routes: (router: ConnectRouter) => void) {
  const router = createConnectRouter({ acceptCompression: [] });
  routes(router);
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
  return (request: Http2ServerRequest, response: Http2ServerResponse): void => {
    const handler = handlers.get(request.url);
    if (handler === undefined) {
      response.writeHead(404);
      response.end();
      return;
    }
    const values = createContextValues().set(kConnection, connectionOf(request));
    handler(universalRequestFromNodeRequest(request, response, undefined, values))
      .then((answer) => universalResponseToNodeResponse(answer, response))
      .catch(() => response.stream.destroy());
  };
}

function connectionOf(request: Http2ServerRequest): RequestConnection {
  return {
    address: "127.0.0.1",
    peerAddress: "127.0.0.1",
    encrypted: false,
    loopback: true,
    takesSecrets: true,
    userAgent: request.headers["user-agent"] ?? "",
    meantHttps: false,
    authenticated: () => {},
    allow: () => {},
    ping: () => Promise.resolve(),
    send: () => undefined,
    answerWith: () => {},
    cut: () => request.stream.close(),
  };
}

/** Waits until a condition holds. Fails after `timeoutMs` with what was waited for. */
export async function until(what: string, holds: () => boolean, timeoutMs = 5_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
