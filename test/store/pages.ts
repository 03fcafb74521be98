import { fromBinary } from "@bufbuild/protobuf";
import { type Operation, OperationListSchema } from "../../gen/v1/operations_pb.js";
import type { HistoryFilter, HistoryPage, HistoryQuery } from "../../src/store/history.js";

/** Asks for everything that has begun. */
export const EVERYTHING: HistoryFilter = { instanceIds: [], planIds: [], repoIds: [], kinds: [], statuses: [] };

export interface Page extends Pick<HistoryPage, "next"> {
  readonly operations: readonly Operation[];
}

type Read = (query: HistoryQuery) => HistoryPage | Promise<HistoryPage>;

/** Reads and decodes one page. */
export async function pageOf(read: Read, query: HistoryQuery): Promise<Page> {
  const { bytes, count, next } = await read(query);
  const { operations } = fromBinary(OperationListSchema, bytes);
  if (operations.length !== count) throw new Error(`the page says ${count} and holds ${operations.length}`);
  return { operations, ...(next === undefined ? {} : { next }) };
}

/** Every page from the newest to the oldest. */
export async function pagesOf(
  read: Read,
  filter: Partial<HistoryFilter>,
  limit: number,
  between: (page: Page) => Promise<void> = async () => {},
): Promise<Page[]> {
  const pages: Page[] = [];
  let after: HistoryPage["next"];
  do {
    const query = { filter: { ...EVERYTHING, ...filter }, limit };
    const page = await pageOf(read, after === undefined ? query : { ...query, after });
    pages.push(page);
    if (pages.length > 2_000) throw new Error("the pages do not end");
    await between(page);
    after = page.next;
  } while (after !== undefined);
  return pages;
}

export function idsOf(pages: readonly Page[]): bigint[] {
  return pages.flatMap(({ operations }) => operations.map(({ id }) => id));
}
