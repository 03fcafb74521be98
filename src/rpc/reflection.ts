import type { DescService } from "@bufbuild/protobuf";
import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import {
  type ServerReflectionRequest,
  type ServerReflectionResponse,
  ServerReflection as ServerReflectionV1,
} from "../../gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as ServerReflectionV1Alpha } from "../../gen/grpc/reflection/v1alpha/reflection_pb.js";
import { HubError } from "../errors.js";
import { kConnection, type RequestConnection } from "../request-context.js";
import { ReflectionAnswers } from "./reflection-answer.js";
import { whileBusy } from "./reflection-idle.js";
import { ReflectionIndex } from "./reflection-index.js";
import { cutWhenStalled } from "./watch.js";

export interface ReflectionParts {
  /** What the server serves and tells about; the reflection services themselves are added. */
  readonly services: readonly DescService[];
  readonly limits?: ReflectionLimits;
}

export interface ReflectionLimits {
  /** The longest request, in bytes. */
  readonly requestMaxBytes: number;
  readonly requestsPerStream: number;
  /** Time without a request, or without the client taking an answer, after which a stream ends. */
  readonly idleMs: number;
}

export const REFLECTION_LIMITS: ReflectionLimits = {
  requestMaxBytes: 4 << 10,
  requestsPerStream: 1_000,
  idleMs: 60_000,
};

/** Time for the reason of an ending to reach the client. */
const LAST_WORDS_MS = 1_000;

/**
 * `grpc.reflection.v1.ServerReflection` and its older name `v1alpha`: what grpcurl and others ask so that they can call
 * the server without its .proto files.
 */
export function reflectionRoutes(router: ConnectRouter, parts: ReflectionParts): void {
  const limits = parts.limits ?? REFLECTION_LIMITS;
  const index = new ReflectionIndex([...parts.services, ServerReflectionV1, ServerReflectionV1Alpha]);
  const v1 = ServerReflectionV1.method.serverReflectionInfo;
  // Message for message the same as v1, so it is served with the same schemas under its own path.
  const v1alpha = {
    ...ServerReflectionV1Alpha.method.serverReflectionInfo,
    input: v1.input,
    output: v1.output,
  };
  const handle = (requests: AsyncIterable<ServerReflectionRequest>, context: HandlerContext) => {
    const connection = context.values.get(kConnection);
    const answers = answerAll(index, limits, requests, context.signal);
    return cutWhenStalled(cutAfterFailure(answers, connection), connection, limits.idleMs);
  };
  router.rpc(v1, handle, { readMaxBytes: limits.requestMaxBytes });
  router.rpc(v1alpha, handle, { readMaxBytes: limits.requestMaxBytes });
}

async function* answerAll(
  index: ReflectionIndex,
  limits: ReflectionLimits,
  requests: AsyncIterable<ServerReflectionRequest>,
  signal: AbortSignal,
): AsyncGenerator<ServerReflectionResponse> {
  const answers = new ReflectionAnswers(index);
  let count = 0;
  try {
    for await (const request of whileBusy(requests, limits.idleMs, signal)) {
      count += 1;
      if (count > limits.requestsPerStream) throw tooMany(limits.requestsPerStream);
      yield answers.answer(request);
    }
  } catch (reason) {
    throw HubError.from(reason).toConnectError();
  }
}

/** A client that was told why its stream ended, and leaves its own half open, would otherwise hold the stream for ever. */
async function* cutAfterFailure<T>(
  source: AsyncIterable<T>,
  connection: Pick<RequestConnection, "cut"> | undefined,
): AsyncGenerator<T> {
  try {
    yield* source;
  } catch (reason) {
    setTimeout(() => connection?.cut(), LAST_WORDS_MS).unref();
    throw reason;
  }
}

function tooMany(limit: number): HubError {
  return new HubError(
    "resource_exhausted",
    `one stream may ask ${limit} reflection questions; open another one to ask more`,
  );
}
