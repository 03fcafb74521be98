import type { HandlerContext } from "@connectrpc/connect";
import { type OperationList, OperationListSchema } from "../../gen/v1/operations_pb.js";
import type { GetOperationsRequest } from "../../gen/v1/service_pb.js";
import { HubError } from "../errors.js";
import type { OperationQuery, Store } from "../store/store.js";
import type { AnswerBudget } from "./answer-budget.js";
import { answered } from "./answered.js";
import { answerOperations } from "./operation-answer.js";
import { queryOf } from "./selector.js";

export interface GetOperationsParts {
  readonly store: Pick<Store, "queryOperations">;
  readonly answers: AnswerBudget;
}

const EXAMPLE = 'send an empty one to read all operations, for example {"selector": {}, "lastN": "100"}';

/** `v1.Backrest/GetOperations`: the store's bytes as they are; only a client that takes JSON has them decoded. */
export function getOperations(
  { store, answers }: GetOperationsParts,
  request: GetOperationsRequest,
  context: HandlerContext,
): Promise<OperationList> {
  return answered(async () => {
    const query = toQuery(request);
    return answerOperations(OperationListSchema, { answers, context, most: mostOf(query) }, async () => {
      const { bytes } = await store.queryOperations(query);
      return { operations: bytes };
    });
  });
}

function toQuery({ selector, lastN }: GetOperationsRequest): OperationQuery {
  const query = queryOf(selector, EXAMPLE);
  if (lastN < 0n) throw new HubError("invalid_argument", `last_n is ${lastN}; give a number from 1, or 0 for all`);
  return { ...query, lastN: lastN > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(lastN) };
}

function mostOf({ ids, lastN = 0 }: OperationQuery): number {
  return ids?.length ?? (lastN === 0 ? Number.POSITIVE_INFINITY : lastN);
}
