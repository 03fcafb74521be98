import { toBinary, create } from "@bufbuild/protobuf";
import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import {
  HistoryService,
  type ListOperationsRequest,
  type ListOperationsResponse,
  ListOperationsResponseSchema,
} from "../../gen/hub/v1/history_pb.js";
import { HubError } from "../errors.js";
import type { HistoryStore } from "../store/history.js";
import type { AnswerBudget } from "./answer-budget.js";
import { answered } from "./answered.js";
import { filterOf } from "./history-filter.js";
import { answerOperations, type OperationAnswer } from "./operation-answer.js";
import { pageToken, placeOf } from "./page-token.js";

export interface HistoryRoutesParts {
  readonly store: HistoryStore;
  readonly answers: AnswerBudget;
}

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1_000;
/** Five lists of 100 names are a part of it. */
const REQUEST_MAX_BYTES = 256 << 10;

/** `hub.v1.HistoryService`: the operations of all machines, page by page. */
export function historyRoutes(router: ConnectRouter, parts: HistoryRoutesParts): void {
  router.service(
    HistoryService,
    {
      listOperations: (request: ListOperationsRequest, context: HandlerContext) =>
        answered(() => listOperations(parts, request, context)),
    },
    // A filter that is left out because its name was mistyped would answer another question.
    { readMaxBytes: REQUEST_MAX_BYTES, jsonOptions: { ignoreUnknownFields: false } },
  );
}

async function listOperations(
  { store, answers }: HistoryRoutesParts,
  request: ListOperationsRequest,
  context: HandlerContext,
): Promise<ListOperationsResponse> {
  const filter = filterOf(request.filter);
  const limit = pageSize(request.pageSize);
  const after = request.pageToken === "" ? undefined : placeOf(request.pageToken, filter);
  const query = { filter, limit, ...(after === undefined ? {} : { after }) };
  return answerOperations(ListOperationsResponseSchema, { answers, context, most: limit }, async () => {
    const { bytes, next } = await store.listOperations(query);
    return next === undefined ? { operations: bytes } : withToken(bytes, pageToken(next, filter));
  });
}

function withToken(operations: Uint8Array, nextPageToken: string): OperationAnswer {
  const bytes = toBinary(ListOperationsResponseSchema, create(ListOperationsResponseSchema, { nextPageToken }));
  return { operations, more: { bytes, json: `"nextPageToken":${JSON.stringify(nextPageToken)}` } };
}

function pageSize(asked: number): number {
  if (asked < 0) {
    throw new HubError(
      "invalid_argument",
      `page_size is ${asked}; give a number from 1 to ${MAX_PAGE}, or 0 for ${DEFAULT_PAGE}`,
    );
  }
  return asked === 0 ? DEFAULT_PAGE : Math.min(asked, MAX_PAGE);
}
