import type { CallerLoggers } from "../logging.js";
import { type Networks, parseNetworks } from "../networks.js";
import { findCaller } from "./caller.js";
import { ConnectListener } from "./connect-listener.js";
import { CrossOrigin } from "./cors.js";
import { answerText, type NodeServerRequest, type NodeServerResponse } from "./node-types.js";
import { OpenRequest } from "./open-request.js";
import type { PortReason } from "../refusal.js";
import type { PortConnection } from "./port-connection.js";
import type { PortLimits } from "./port-limits.js";
import type { PageFinder, PlainHandler, PortOptions, PortRefusal } from "./port-options.js";
import { kConnection } from "../request-context.js";
import { readSessionCookie } from "../session-cookie.js";
import { createGate } from "./rpc-gate.js";
import { targetProblem } from "./request-target.js";
import { clearTextRefusal, takesSecrets, type TransportRules } from "./transport-rules.js";

const PEER_PATHS = ["/v1sync.BackrestSyncService/Sync"];
/** Those that need a role are here for the callers whom a proxy names: they bring no token that would tell. */
const SECRET_PATHS = [
  "/v1.Authentication/Login",
  "/v1.Authentication/HashPassword",
  "/v1.Backrest/GeneratePairingToken",
  "/v1sync.BackrestSyncStateService/SetRemoteClientConfig",
  "/hub.v1.AccessService/Login",
  "/hub.v1.AccessService/AddUser",
  "/hub.v1.AccessService/SetUserPassword",
  "/hub.v1.AccessService/ChangePassword",
  "/hub.v1.AccessService/CreateAccessToken",
  "/hub.v1.PairingService/CreatePairingToken",
  "/hub.v1.PushService/PutSharedRepo",
];

/** From a request of whatever protocol to what serves it. Whatever is thrown on the way is answered and goes no further. */
export class RequestDispatcher {
  readonly #callerLogs: CallerLoggers;
  readonly #limits: PortLimits;
  readonly #listener: ConnectListener;
  readonly #crossOrigin: CrossOrigin;
  readonly #rules: TransportRules;
  readonly #trustedProxies: Networks;
  readonly #plainRoutes: ReadonlyMap<string, PlainHandler>;
  readonly #pages: PageFinder | undefined;
  readonly #fallback: PlainHandler | undefined;

  readonly #peerPaths: ReadonlySet<string>;
  readonly #onRefused: (refusal: PortRefusal) => void;

  constructor(
    options: PortOptions,
    limits: PortLimits,
    trustedProxies: Networks,
    callerLogs: CallerLoggers,
    onRefused: (refusal: PortRefusal) => void,
  ) {
    this.#callerLogs = callerLogs;
    this.#onRefused = onRefused;
    this.#limits = limits;
    this.#trustedProxies = trustedProxies;
    this.#crossOrigin = new CrossOrigin(options.allowOrigins ?? []);
    this.#plainRoutes = options.plainRoutes ?? new Map();
    this.#pages = options.pages;
    this.#fallback = options.fallback;
    this.#rules = {
      requireTls: options.requireTls ?? false,
      allowClearTextClients: parseNetworks(options.allowClearTextClients ?? []),
      secretPaths: new Set(options.secretPaths ?? SECRET_PATHS),
    };
    const peerPaths = new Set(options.peerPaths ?? PEER_PATHS);
    this.#peerPaths = peerPaths;
    this.#listener = new ConnectListener({
      routes: options.routes,
      interceptors: options.interceptors ?? [],
      shutdownSignal: options.shutdownSignal,
      messageBytes: limits.messageBytes,
      unknownPeerMs: limits.unknownPeerMs,
      peerPaths,
      gate: createGate({
        peerPaths,
        next: options.requestGate,
        clearTextRefusal: (context) => {
          const open = context.values.get(kConnection);
          return open instanceof OpenRequest ? this.#refusal(open) : undefined;
        },
      }),
    });
  }

  dispatch(connection: PortConnection, request: NodeServerRequest, response: NodeServerResponse): void {
    try {
      const open = this.#open(connection, request, response);
      // An answer that fails half way can only be cut: the caller must not take it for whole.
      this.#serve(open, request, response).catch((error: unknown) => {
        this.#failed(error, connection.peer, open.path, response);
        if (!response.writableEnded) open.cut();
      });
    } catch (error) {
      this.#failed(error, connection.peer, "", response);
    }
  }

  #open(connection: PortConnection, request: NodeServerRequest, response: NodeServerResponse): OpenRequest {
    const caller = findCaller({
      peer: connection.peer,
      tls: connection.tls,
      headers: request.headers,
      trustedProxies: this.#trustedProxies,
    });
    const { authorization, cookie } = request.headers;
    const carriesToken = authorization !== undefined || readSessionCookie(cookie, caller.encrypted) !== undefined;
    const open = new OpenRequest(connection, request, response, caller, {
      carriesToken,
      takesSecrets: takesSecrets(caller, this.#rules),
    });
    connection.began(open, headCredit(request), performance.now());
    if (connection.draining && !("stream" in response)) response.shouldKeepAlive = false;
    return open;
  }

  async #serve(open: OpenRequest, request: NodeServerRequest, response: NodeServerResponse): Promise<void> {
    // HTTP/2 clients are held to this only once they have acknowledged it.
    if (headBytes(request) > this.#limits.headerBytes) {
      return answerText(
        response,
        431,
        `the headers are larger than ${this.#limits.headerBytes} bytes; send fewer or shorter ones`,
      );
    }
    const problem = targetProblem(request);
    if (problem !== undefined) return answerText(response, 400, problem);
    if (this.#crossOrigin.apply(request, response)) return;
    if (this.#listener.serves(open.path)) {
      if (this.#peerPaths.has(open.path) && !("stream" in request)) this.#tell(open, "peer's rpc over HTTP/1.1");
      // What one caller may see is kept for no other, neither by a browser nor on the way to it.
      response.setHeader("cache-control", "no-store");
      response.setHeader("x-content-type-options", "nosniff");
      return this.#listener.serve(open, request, response);
    }
    const refusal = this.#refusal(open);
    if (refusal !== undefined) return answerText(response, 403, refusal.rawMessage);
    const page = await this.#pages?.(request, open.path);
    const handler = page ?? this.#plainRoutes.get(open.path) ?? this.#fallback;
    if (handler === undefined) {
      if (isRpc(request)) this.#tell(open, "rpc at an unknown path", open.path);
      return answerText(response, 404, "there is nothing at this path");
    }
    await handler(request, response, open);
  }

  #refusal(open: OpenRequest): ReturnType<typeof clearTextRefusal> {
    const refusal = clearTextRefusal(open.caller, open, this.#rules);
    if (refusal !== undefined) this.#tell(open, "clear text", refusal.rawMessage);
    return refusal;
  }

  #tell({ address, userAgent, meantHttps }: OpenRequest, reason: PortReason, message?: string): void {
    this.#onRefused({ reason, address, userAgent, meantHttps, ...(message === undefined ? {} : { message }) });
  }

  #failed(error: unknown, peer: string, path: string, response: NodeServerResponse): void {
    // Whoever left does not care, and what it interrupted is no failure.
    if (response.closed) return;
    this.#callerLogs.of(peer).error({ err: error, path }, "a request failed in the port");
    try {
      answerText(response, 500, "the hub failed to do this; its log says why");
    } catch {
      response.destroy();
    }
  }
}

/** Whether this was meant for a server of rpcs, and not asked by a browser or a scanner. */
function isRpc({ method, headers }: NodeServerRequest): boolean {
  return method === "POST" && /^application\/(?:connect|grpc|proto)/i.test(headers["content-type"] ?? "");
}

/** What the head of a request is worth as bytes read: HTTP/2 compresses it, so there a long one earns no more. */
function headCredit(request: NodeServerRequest): number {
  const bytes = headBytes(request) + 64;
  return "stream" in request ? Math.min(bytes, MOST_COMPRESSED_HEAD_BYTES) : bytes;
}

function headBytes(request: NodeServerRequest): number {
  return request.rawHeaders.reduce((sum, part) => sum + part.length + 2, 0);
}

const MOST_COMPRESSED_HEAD_BYTES = 1024;
