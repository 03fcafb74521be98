import type { Interceptor } from "@connectrpc/connect";
import { HubError } from "../errors.js";
import { kConnection, type RequestConnection } from "../request-context.js";
import { roleRefusal } from "./access-gate.js";
import { kCaller, type KnownCaller } from "./caller.js";
import type { Role } from "./roles.js";
import { ruleOf } from "./rpc-roles.js";

/** How often streams are looked at for what changes by itself, as a token's time. */
const SWEEP_MS = 1_000;
/** How long a stream that was told to end has for that. */
const GRACE_MS = 1_000;

interface LiveCall {
  readonly caller: KnownCaller;
  readonly needed: Role;
  readonly connection: RequestConnection | undefined;
  readonly abort: AbortController;
  /** Why it ends, once it does. */
  ended?: HubError;
  cutting?: NodeJS.Timeout;
}

/** Ends streams whose callers may not read them any more: a watcher lives for days, and longer than tokens and roles. */
export class LiveCalls {
  readonly #calls = new Set<LiveCall>();
  #sweeper: NodeJS.Timeout | undefined;

  /** Streams of known callers. */
  get size(): number {
    return this.#calls.size;
  }

  readonly interceptor: Interceptor = (next) => async (request) => {
    if (!request.stream) return next(request);
    const { role } = ruleOf(request.method);
    const caller = request.contextValues.get(kCaller);
    if (role === "open" || caller === undefined) return next(request);
    const abort = new AbortController();
    const call: LiveCall = { caller, needed: role, connection: request.contextValues.get(kConnection), abort };
    this.#add(call, request.signal);
    const response = await next({ ...request, signal: AbortSignal.any([request.signal, abort.signal]) });
    return response.stream ? { ...response, message: passOn(response.message, call) } : response;
  };

  /** Looks at every stream, after a change. */
  readonly sweep = (): void => {
    for (const call of this.#calls) {
      if (call.ended !== undefined) continue;
      const now = call.caller.now();
      const reason = now instanceof HubError ? now : roleRefusal(now, call.needed);
      if (reason !== undefined) end(call, reason);
    }
  };

  close(): void {
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
    for (const { cutting } of this.#calls) clearTimeout(cutting);
    this.#calls.clear();
  }

  /** The signal aborts when the call is over, however it ends. */
  #add(call: LiveCall, over: AbortSignal): void {
    this.#calls.add(call);
    this.#sweeper ??= setInterval(this.sweep, SWEEP_MS);
    const remove = (): void => this.#remove(call);
    if (over.aborted) remove();
    else over.addEventListener("abort", remove, { once: true });
  }

  #remove(call: LiveCall): void {
    clearTimeout(call.cutting);
    this.#calls.delete(call);
    if (this.#calls.size > 0) return;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }
}

/** A reader that does not read cannot be told, and is cut. */
function end(call: LiveCall, reason: HubError): void {
  call.ended = reason;
  call.cutting = setTimeout(() => call.connection?.cut(), GRACE_MS);
  call.abort.abort(reason.toConnectError());
}

async function* passOn<T>(source: AsyncIterable<T>, call: LiveCall): AsyncGenerator<T> {
  try {
    yield* source;
  } catch (reason) {
    throw call.ended?.toConnectError() ?? reason;
  }
  if (call.ended !== undefined) throw call.ended.toConnectError();
}
