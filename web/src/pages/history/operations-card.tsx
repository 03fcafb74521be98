import { Code, ConnectError } from "@connectrpc/connect";
import { useEffect, useMemo, useRef } from "react";
import type { OperationFilter } from "../../../../gen/hub/v1/history_pb.js";
import { AsOf, Failed, Loading } from "../../parts/list-states.js";
import { count, many } from "../../words/sizes.js";
import { DetailPlace } from "./detail-place.js";
import { MOST_TOLD } from "./live-list.js";
import { NothingFound } from "./nothing-found.js";
import { OperationsTable } from "./operations-table.js";
import { rowsOf } from "./rows.js";
import type { MachineName } from "./use-machine-names.js";
import { isPlanned, useOperations } from "./use-operations.js";
import { useReading } from "./use-reading.js";
import type { ChangeView } from "./use-view.js";
import type { HistoryView } from "./view.js";

interface OperationsCardProps {
  readonly filter: OperationFilter;
  readonly view: HistoryView;
  readonly change: ChangeView;
  readonly nameOf: MachineName;
}

const RPC = "hub.v1.HistoryService/ListOperations";

/** The operations that fit the filter, and the detail of the one that is open. */
export function OperationsCard({ filter, view, change, nameOf }: OperationsCardProps) {
  const { reading, hold } = useReading();
  const found = useOperations(filter, nameOf, reading);
  const { list, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  const rows = useMemo(() => rowsOf(list), [list]);
  const looksFurther = list.length === 0 && hasNextPage && error === null;
  useEffect(() => {
    if (looksFurther && !isFetchingNextPage) void fetchNextPage();
  }, [looksFurther, isFetchingNextPage, fetchNextPage]);
  const focusRow = useRef<(id: bigint) => void>(undefined);
  const retry = () =>
    // A page token may not outlive an upgrade of the hub: then the list is read from its beginning.
    void (hasNextPage && ConnectError.from(error).code !== Code.InvalidArgument ? fetchNextPage() : found.refetch());
  return (
    <div className={view.operation === undefined ? "hist" : "hist is-open"}>
      <section className="card" aria-labelledby="operations" {...hold}>
        <h2 id="operations" className="sr">
          Operations
        </h2>
        <NewPill waiting={found.waiting} many={found.manyWait} show={() => toTop(found.show)} />
        <div className="op-as-of">
          <AsOf />
        </div>
        {(isPending || looksFurther) && <Loading rows={10} />}
        {!isPending && list.length === 0 && !looksFurther && error === null && (
          <NothingFound view={view} change={change} />
        )}
        {rows.length > 0 && (
          <OperationsTable
            rows={rows}
            view={view}
            change={change}
            nameOf={nameOf}
            onEnd={hasNextPage && !isFetchingNextPage && error === null ? fetchNextPage : undefined}
            focusRow={focusRow}
          />
        )}
        {error !== null && (
          <Failed
            what={list.length === 0 ? "The history could not be read" : "Older operations could not be read"}
            error={error}
            rpc={RPC}
            retry={retry}
          />
        )}
        {rows.length > 0 && (
          <footer>
            <span aria-live="polite">{footerWords(list.length, hasNextPage, isPlanned(filter))}</span>
          </footer>
        )}
      </section>
      <DetailPlace
        view={view}
        change={change}
        nameOf={nameOf}
        listed={list.find(({ id }) => id === view.operation)}
        onClosed={(id) => focusRow.current?.(id)}
      />
    </div>
  );
}

/** First to the top, then: rows that come in above what is in sight would be kept out of sight. */
function toTop(then: () => void): void {
  scrollTo({ top: 0 });
  requestAnimationFrame(() => requestAnimationFrame(then));
}

function footerWords(shown: number, more: boolean, planned: boolean): string {
  if (planned) return `${many(shown, "planned operation")}, the next first.`;
  return more
    ? `${count(shown)} operations so far. Older ones load as you scroll.`
    : `${many(shown, "operation")}, and none older.`;
}

interface NewPillProps {
  readonly waiting: number;
  readonly many: boolean;
  readonly show: () => void;
}

/** Floats over the list, which it must not push. */
function NewPill({ waiting, many: more, show }: NewPillProps) {
  return (
    <div className="newpill" role="status">
      {waiting > 0 && (
        <button type="button" className="btn" onClick={show}>
          {more ? `More than ${count(MOST_TOLD)} new operations` : many(waiting, "new operation")}: show{" "}
          {waiting === 1 ? "it" : "them"}
        </button>
      )}
    </div>
  );
}
