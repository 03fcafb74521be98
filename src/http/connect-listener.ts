import { createConnectRouter, createContextValues, type ConnectRouter, type Interceptor } from "@connectrpc/connect";
import type { UniversalHandler, UniversalServerRequest, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { compressionGzip, universalRequestFromNodeRequest } from "@connectrpc/connect-node";
import { EnvelopeAssembler, WholeAssembler } from "./assemblers.js";
import type { NodeServerRequest, NodeServerResponse } from "./node-types.js";
import type { OpenRequest } from "./open-request.js";
import { withRawAnswer } from "./raw-answer.js";
import { RequestBody } from "./request-body.js";
import { kConnection } from "../request-context.js";
import { writeResponse } from "./response-writer.js";
import type { RequestGate } from "./rpc-gate.js";

export interface ConnectListenerOptions {
  readonly routes: (router: ConnectRouter) => void;
  readonly interceptors: readonly Interceptor[];
  readonly gate: RequestGate;
  readonly shutdownSignal: AbortSignal | undefined;
  /** The most bytes that any caller may send in one message. */
  readonly messageBytes: number;
  /** Rpcs that peers call: they wait their turn, and nothing on them is compressed. */
  readonly peerPaths: ReadonlySet<string>;
  /** How long a peer may stay unknown once its first message is there. */
  readonly unknownPeerMs: number;
}

/**
 * Serves rpcs from Node's requests, in place of connectNodeAdapter: it catches whatever is thrown, lets handlers find
 * the connection, and reads bodies in whole messages and within the limits.
 */
export class ConnectListener {
  readonly #handlers = new Map<string, UniversalHandler>();
  readonly #options: ConnectListenerOptions;

  constructor(options: ConnectListenerOptions) {
    this.#options = options;
    const router = createConnectRouter({
      // For responses; compressed requests are refused by the gate and by the assembler of envelopes.
      acceptCompression: [compressionGzip],
      interceptors: [...options.interceptors],
      readMaxBytes: options.messageBytes,
      requestGate: options.gate,
      ...(options.shutdownSignal === undefined ? {} : { shutdownSignal: options.shutdownSignal }),
    });
    options.routes(router);
    for (const handler of router.handlers) this.#handlers.set(handler.requestPath, handler);
  }

  serves(path: string): boolean {
    return this.#handlers.has(path);
  }

  /** Resolves when the answer was handed to the transport. */
  async serve(open: OpenRequest, request: NodeServerRequest, response: NodeServerResponse): Promise<void> {
    const handler = this.#handlers.get(open.path);
    if (handler === undefined) throw new Error(`no rpc has the path ${open.path}`);
    const universal = this.#universalRequest(open, request, response);
    const answer = await handler(universal);
    const raw = withRawAnswer(withWords(answer, handler), universal.header, () => open.rawAnswer);
    await writeResponse(raw, response, open.progressed);
  }

  #universalRequest(
    open: OpenRequest,
    request: NodeServerRequest,
    response: NodeServerResponse,
  ): UniversalServerRequest {
    const values = createContextValues().set(kConnection, open);
    const universal = universalRequestFromNodeRequest(request, response, undefined, values);
    const enveloped = /^application\/(?:grpc|connect\+)/i.test(request.headers["content-type"] ?? "");
    const body = new RequestBody(open.source, enveloped ? new EnvelopeAssembler() : new WholeAssembler(), open);
    open.body = body;
    // Connect allocates what this claims before a byte of it came.
    universal.header.delete("content-length");
    if (this.#options.peerPaths.has(open.path)) {
      open.queuedUntil = performance.now() + this.#options.unknownPeerMs;
      for (const name of ["connect-accept-encoding", "grpc-accept-encoding"]) universal.header.delete(name);
    }
    return { ...universal, body };
  }
}

const WORDS: Record<number, string> = {
  405: "this rpc does not take that HTTP method; use POST",
  415: "this rpc does not take that content type; use one of the Connect, gRPC or gRPC-Web protocols",
  505: "this rpc needs HTTP/2, since both sides talk at once; use an https:// address, or HTTP/2 with prior knowledge",
};

/** Connect refuses what never becomes an rpc with a bare status; a person gets a sentence. */
function withWords(answer: UniversalServerResponse, handler: UniversalHandler): UniversalServerResponse {
  const words = WORDS[answer.status];
  if (words === undefined || answer.body !== undefined) return answer;
  const header = new Headers(answer.header);
  header.set("content-type", "text/plain; charset=utf-8");
  if (answer.status === 405) header.set("allow", handler.allowedMethods.join(", "));
  return { ...answer, header, body: oneChunk(`${words}\n`) };
}

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
