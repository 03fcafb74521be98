import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { HubError } from "../errors.js";
import { compressedRefusal } from "./assemblers.js";

/** Runs before anything of a request's body is read; throws to refuse it. */
export type RequestGate = (context: HandlerContext) => void | Promise<void>;

const ENCODING_HEADERS = ["content-encoding", "connect-content-encoding", "grpc-encoding"];

/**
 * The port's own checks in front of the one that knows callers. They are made here, and not where the request comes
 * in, because Connect answers what a gate throws in the protocol that the caller speaks.
 */
export function createGate(options: {
  /** Why the request may not be served the way it came; see transport-rules. */
  readonly clearTextRefusal: (context: HandlerContext) => ConnectError | undefined;
  readonly peerPaths: ReadonlySet<string>;
  readonly next: RequestGate | undefined;
}): RequestGate {
  return async (context) => {
    const refusal = options.clearTextRefusal(context) ?? encodingRefusal(context) ?? formatRefusal(context, options);
    if (refusal !== undefined) throw refusal;
    try {
      await options.next?.(context);
    } catch (error) {
      throw error instanceof ConnectError ? error : HubError.from(error).toConnectError();
    }
  };
}

function pathOf(context: HandlerContext): string {
  return new URL(context.url).pathname;
}

/** A compressed request of 1 MiB may be one of gigabytes; nobody who talks to a hub needs one. */
function encodingRefusal(context: HandlerContext): ConnectError | undefined {
  const encodings = ENCODING_HEADERS.map((name) => context.requestHeader.get(name));
  if (context.requestMethod === "GET") encodings.push(new URL(context.url).searchParams.get("compression"));
  const compressed = encodings.some((encoding) => encoding !== null && encoding !== "" && encoding !== "identity");
  return compressed ? compressedRefusal() : undefined;
}

function formatRefusal(context: HandlerContext, options: { peerPaths: ReadonlySet<string> }): ConnectError | undefined {
  if (!options.peerPaths.has(pathOf(context))) return undefined;
  if (!/json/i.test(context.requestHeader.get("content-type") ?? "")) return undefined;
  return new ConnectError(
    "this rpc is for Backrest instances and takes binary protobuf only; send application/connect+proto or " +
      "application/grpc+proto",
    Code.Unimplemented,
  );
}
