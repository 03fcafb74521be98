import { create } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { type BytesValue, BytesValueSchema } from "../../gen/types/value_pb.js";
import type { LogDataRequest } from "../../gen/v1/service_pb.js";
import { HubError } from "../errors.js";

/** Where logs come from. */
export interface LogReader {
  read(
    name: string,
    signal: AbortSignal,
  ): Promise<{
    readonly content: Uint8Array;
    /** Why this is not all of it, or nothing. */
    readonly words?: string;
  }>;
}

const PIECE_BYTES = 64 << 10;

/** `v1.Backrest/GetLogs`: the log in pieces, and what there is to say about it as a last one; never an error for it. */
export async function* getLogs(
  logs: LogReader,
  request: LogDataRequest,
  context: HandlerContext,
): AsyncGenerator<BytesValue> {
  try {
    const { content, words } = await logs.read(request.ref, context.signal);
    for (let begin = 0; begin < content.byteLength; begin += PIECE_BYTES) {
      yield create(BytesValueSchema, { value: content.subarray(begin, begin + PIECE_BYTES) });
    }
    if (words === undefined) return;
    const line = content.byteLength === 0 ? words : `\n[${words}]\n`;
    yield create(BytesValueSchema, { value: Buffer.from(line) });
  } catch (reason) {
    throw HubError.from(reason).toConnectError();
  }
}
