import type { AddressInfo } from "node:net";
import type { ConnectRouter, Interceptor } from "@connectrpc/connect";
import type { Logger } from "pino";
import type { CallerLoggers } from "../logging.js";
import type { CertificateFiles } from "./certificate.js";
import type { NodeServerRequest, NodeServerResponse } from "./node-types.js";
import type { PortReason } from "../refusal.js";
import type { PortLimits } from "./port-limits.js";
import type { RequestConnection } from "../request-context.js";
import type { RequestGate } from "./rpc-gate.js";

/**
 * Answers a request that is no rpc. What it throws is logged and answered with 500. A long answer is written in pieces,
 * waiting for "drain": a caller that takes nothing of an answer for `unreadResponseMs` is cut.
 */
export type PlainHandler = (
  request: NodeServerRequest,
  response: NodeServerResponse,
  connection: RequestConnection,
) => void | Promise<void>;

/** Finds what answers at a path for this very request; nothing where it has nothing to say. */
export type PageFinder = (request: NodeServerRequest, path: string) => Promise<PlainHandler | undefined>;

/** A connection or request that the port refused or ended, for whoever keeps a record of them. */
export interface PortRefusal {
  readonly reason: PortReason;
  /** Of the machine that called, as far as it is known: behind a trusted proxy the proxy's, before a request came. */
  readonly address: string;
  /** Of the request, where there was one; anything may stand in it. */
  readonly userAgent?: string;
  /** The request names https:// as its scheme, although it came in clear text. */
  readonly meantHttps?: boolean;
  /** What the caller was told, or what the transport said; anything may stand in it. */
  readonly message?: string;
}

export interface PortOptions {
  /** An address or name of this machine; "::" is every address of both families. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly tls?: CertificateFiles | undefined;
  /** Refuse what comes in clear text from other machines. */
  readonly requireTls?: boolean;
  /** Origins whose scripts may call, as "https://dash.example". */
  readonly allowOrigins?: readonly string[];
  /** Networks whose X-Forwarded-For, X-Forwarded-Proto and Forwarded headers are believed. */
  readonly trustedProxies?: readonly string[];
  /** Networks whose callers may send tokens and passwords in clear text. */
  readonly allowClearTextClients?: readonly string[];
  /** What differs from {@link DEFAULT_PORT_LIMITS}. */
  readonly limits?: Partial<PortLimits>;
  readonly logger: Logger;
  /** For what callers cause, bounded for each address. Who gives it closes it. */
  readonly callerLogs: CallerLoggers;
  readonly routes: (router: ConnectRouter) => void;
  readonly interceptors?: readonly Interceptor[];
  /**
   * Decides who calls before a request's body is read; it calls `authenticated()` on the connection in the context's
   * values for whoever is known. Callers that it leaves unknown stay within the limits for strangers.
   */
  readonly requestGate?: RequestGate;
  /** Aborts the signals of all rpcs, for a shutdown. */
  readonly shutdownSignal?: AbortSignal;
  /** By exact path, such as "/healthz". */
  readonly plainRoutes?: ReadonlyMap<string, PlainHandler>;
  /** Asked before the plain routes: a browser is shown a page where a program is told in plain text. */
  readonly pages?: PageFinder;
  /** For every path that nothing else serves; 404 without one. */
  readonly fallback?: PlainHandler;
  /** Told of everything that is refused. */
  readonly onRefused?: (refusal: PortRefusal) => void;
  /** Rpcs that peers call; Sync unless told. */
  readonly peerPaths?: readonly string[];
  /** Rpcs whose request or answer is itself a secret; those that carry passwords and tokens unless told. */
  readonly secretPaths?: readonly string[];
}

export interface Port {
  /**
   * Binds the address; resolves once connections are taken.
   *
   * @throws HubError with words for the operator when the address or the certificate cannot be used
   */
  start(): Promise<AddressInfo>;
  /**
   * Takes no more connections or requests and lets those that are open end by themselves. Resolves when all have, and
   * at the latest after `graceMs`; then `close` is due.
   */
  drain(graceMs: number): Promise<void>;
  /** Ends what is left and gives the address back. May be called at any time, and twice. */
  close(): Promise<void>;
  /** Open connections, of every protocol. */
  readonly connections: number;
  /** How many connections were ended for each reason since the start. */
  readonly refusals: ReadonlyMap<PortReason, number>;
}
