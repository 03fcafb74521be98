import { useInfiniteQuery } from "@connectrpc/connect-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { HistoryService, type OperationFilter } from "../../../../gen/hub/v1/history_pb.js";
import { type Operation, type OperationEvent, OperationStatus } from "../../../../gen/v1/operations_pb.js";
import { useOperationEvents } from "../../live/live.js";
import { fits } from "./filter.js";
import { held, merged, NOTHING_TOLD, type Told, withEvents } from "./live-list.js";
import type { MachineName } from "./use-machine-names.js";

const PAGE = 100;
/** What is planned is read to its end, since what comes next is wanted first. */
const PLANNED_PAGE = 1_000;
/** A burst of events is drawn once. */
const TELL_EVERY_MS = 100;

/**
 * The operations that fit a filter, read page by page and kept up to date. What is new waits while somebody reads. Its
 * state belongs to one filter: whoever shows another one begins anew.
 */
export function useOperations(filter: OperationFilter, nameOf: MachineName, reading: boolean) {
  const planned = isPlanned(filter);
  const query = useInfiniteQuery(
    HistoryService.method.listOperations,
    { filter, pageSize: planned ? PLANNED_PAGE : PAGE, pageToken: "" },
    { pageParamKey: "pageToken", getNextPageParam: ({ nextPageToken }) => nextPageToken || undefined },
  );
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = query;
  const read = useMemo(() => data?.pages.flatMap(({ operations }) => operations) ?? [], [data]);
  const isWanted = useCallback((operation: Operation) => fits(operation, filter, nameOf(operation)), [filter, nameOf]);
  const [told, forget] = useTold(read, isWanted);
  const now = useMemo(() => {
    if (data === undefined) return [];
    const all = merged(read, told, !hasNextPage, isWanted);
    return planned ? all.toReversed() : all;
  }, [data, read, told, hasNextPage, isWanted, planned]);
  useEffect(() => {
    if (planned && hasNextPage && !isFetchingNextPage && error === null) void fetchNextPage();
  }, [planned, hasNextPage, isFetchingNextPage, error, fetchNextPage]);

  const shown = useRef<ReadonlySet<bigint>>(new Set());
  const [asked, ask] = useState(0);
  const answered = useRef(asked);
  const isHeld = reading && answered.current === asked;
  const { list, waiting } = useMemo(
    () => (isHeld ? held(shown.current, now) : { list: now, waiting: [] }),
    [isHeld, now],
  );
  useEffect(() => {
    shown.current = new Set(list.map(({ id }) => id));
    answered.current = asked;
  }, [list, asked]);

  useEffect(() => {
    if (!told.tooMany || isHeld) return;
    forget();
    void refetch();
  }, [told.tooMany, isHeld, forget, refetch]);

  return {
    ...query,
    list,
    waiting: waiting.length,
    /** More wait than were counted. */
    manyWait: told.tooMany,
    show: () => ask((n) => n + 1),
  };
}

/** Whether it asks for what is planned and nothing else. */
export function isPlanned({ statuses }: OperationFilter): boolean {
  return statuses.length > 0 && statuses.every((status) => status === OperationStatus.STATUS_PENDING);
}

/** What the stream tells of what is shown and of what belongs to it. */
function useTold(read: readonly Operation[], isWanted: (operation: Operation) => boolean) {
  const [told, setTold] = useState<Told>(NOTHING_TOLD);
  const known = useMemo(() => new Set(read.map(({ id }) => id)), [read]);
  const latest = useRef({ known, isWanted });
  useEffect(() => {
    latest.current = { known, isWanted };
  });
  const events = useRef<OperationEvent[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const listen = useCallback((event: OperationEvent) => {
    events.current.push(event);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      const came = events.current.splice(0);
      const keep = (operation: Operation) =>
        latest.current.known.has(operation.id) || latest.current.isWanted(operation);
      setTold((before) => withEvents(before, came, keep));
    }, TELL_EVERY_MS);
  }, []);
  useOperationEvents(listen);
  return [told, useCallback(() => setTold(NOTHING_TOLD), [])] as const;
}
