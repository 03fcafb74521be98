import { create } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { type OperationList, OperationListSchema } from "../../gen/v1/operations_pb.js";
import type { GetOperationsRequest } from "../../gen/v1/service_pb.js";
import { HubError } from "../errors.js";
import { kConnection, type RawAnswer } from "../request-context.js";
import { MAX_ANSWER_BYTES } from "../store/answer-limits.js";
import type { OperationQuery, Store } from "../store/store.js";
import type { AnswerBudget } from "./answer-budget.js";
import { answered } from "./answered.js";
import { listJson } from "./list-json.js";
import { rawMessage, takesJson } from "./raw-message.js";
import { queryOf } from "./selector.js";

export interface GetOperationsParts {
  readonly store: Pick<Store, "queryOperations">;
  readonly answers: AnswerBudget;
}

const EXAMPLE = 'send an empty one to read all operations, for example {"selector": {}, "lastN": "100"}';
/** What is set aside for each operation before its size is known. */
const THOUGHT_BYTES = 4 * 1024;

/** `v1.Backrest/GetOperations`: the store's bytes as they are; only a client that takes JSON has them decoded. */
export function getOperations(
  { store, answers }: GetOperationsParts,
  request: GetOperationsRequest,
  context: HandlerContext,
): Promise<OperationList> {
  return answered(async () => {
    const query = toQuery(request);
    const share = await answers.take(thoughtBytes(query), context.signal);
    try {
      const { bytes } = await store.queryOperations(query);
      share.settle(bytes.byteLength);
      const json = takesJson(context.requestHeader);
      const connection = context.values.get(kConnection);
      if (connection === undefined || bytes.byteLength === 0) {
        share.release();
        return rawMessage(OperationListSchema, bytes, json);
      }
      connection.answerWith(rawAnswer(bytes, json, () => share.release()));
      return create(OperationListSchema);
    } catch (reason) {
      share.release();
      throw reason;
    }
  });
}

function rawAnswer(bytes: Uint8Array, json: boolean, release: () => void): RawAnswer {
  return { byteLength: bytes.byteLength, pieces: () => (json ? listJson(bytes) : whole(bytes)), release };
}

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function toQuery({ selector, lastN }: GetOperationsRequest): OperationQuery {
  const query = queryOf(selector, EXAMPLE);
  if (lastN < 0n) throw new HubError("invalid_argument", `last_n is ${lastN}; give a number from 1, or 0 for all`);
  return { ...query, lastN: lastN > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(lastN) };
}

function thoughtBytes({ ids, lastN = 0 }: OperationQuery): number {
  const most = ids?.length ?? (lastN === 0 ? Number.POSITIVE_INFINITY : lastN);
  return Math.min(most * THOUGHT_BYTES, MAX_ANSWER_BYTES);
}
