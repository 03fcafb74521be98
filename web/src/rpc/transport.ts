import type { Interceptor } from "@connectrpc/connect";
import { Code, ConnectError } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";

type Listener = () => void;

const listeners = new Set<Listener>();

/** Tells when the hub no longer knows who this browser is. */
export function onSignedOut(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const watchSignOut: Interceptor = (next) => async (request) => {
  try {
    return await next(request);
  } catch (reason) {
    const error = ConnectError.from(reason);
    // Browsers say "Failed to fetch", "Load failed" and the like, each in its own words.
    if (reason instanceof TypeError || error.cause instanceof TypeError) {
      throw new ConnectError("the hub does not answer", Code.Unavailable, undefined, undefined, reason);
    }
    // Who signs in with a wrong password is not signed out by it.
    const signingIn = request.method.name === "Login" || request.header.has("authorization");
    if (error.code === Code.Unauthenticated && !signingIn) for (const listener of listeners) listener();
    throw reason;
  }
};

/** Calls the hub with the browser's own session: its cookie, which no script reads. */
export function hubTransport(root: URL, interceptors: Interceptor[] = [watchSignOut]) {
  return createConnectTransport({
    baseUrl: root.href.replace(/\/$/u, ""),
    useBinaryFormat: true,
    defaultTimeoutMs: 30_000,
    interceptors,
  });
}
