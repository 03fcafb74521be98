import { create, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { kConnection } from "../request-context.js";
import { MAX_ANSWER_BYTES } from "../store/answer-limits.js";
import type { AnswerBudget } from "./answer-budget.js";
import { listJson } from "./list-json.js";
import { rawMessage, takesJson } from "./raw-message.js";

/** What is set aside for each operation before its size is known. */
const THOUGHT_BYTES = 4 * 1024;

/** Encoded operations, and what stands behind them in the same message. */
export interface OperationAnswer {
  /** A `v1.OperationList`, or another message whose field 1 are operations. */
  readonly operations: Uint8Array;
  readonly more?: { readonly bytes: Uint8Array; readonly json: string };
}

/**
 * Answers with the store's bytes as they are; only for a client that takes JSON they are decoded, slice by slice.
 * @param most operations that the answer may have
 */
export async function answerOperations<Desc extends DescMessage>(
  schema: Desc,
  { answers, context, most }: { answers: AnswerBudget; context: HandlerContext; most: number },
  read: () => Promise<OperationAnswer>,
): Promise<MessageShape<Desc>> {
  const share = await answers.take(Math.min(most * THOUGHT_BYTES, MAX_ANSWER_BYTES), context.signal);
  try {
    const answer = await read();
    const byteLength = answer.operations.byteLength + (answer.more?.bytes.byteLength ?? 0);
    share.settle(byteLength);
    const json = takesJson(context.requestHeader);
    const connection = context.values.get(kConnection);
    if (connection === undefined || answer.operations.byteLength === 0) {
      share.release();
      return rawMessage(schema, Buffer.concat(binaryPieces(answer)), json);
    }
    connection.answerWith({
      byteLength,
      pieces: () => (json ? listJson(answer.operations, answer.more?.json) : binary(answer)),
      release: () => share.release(),
    });
    return create(schema);
  } catch (reason) {
    share.release();
    throw reason;
  }
}

async function* binary(answer: OperationAnswer): AsyncGenerator<Uint8Array> {
  yield* binaryPieces(answer);
}

function binaryPieces({ operations, more }: OperationAnswer): Uint8Array[] {
  return more === undefined ? [operations] : [operations, more.bytes];
}
