import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { Fragment, type RefObject, useEffect, useRef } from "react";
import { useNow } from "../../live/now.js";
import { dayTitle } from "../../words/times.js";
import { useTablePlace } from "../../parts/use-table-place.js";
import { OperationRow } from "./operation-row.js";
import type { HistoryRow } from "./rows.js";
import type { MachineName } from "./use-machine-names.js";
import { useRowFocus } from "./use-row-focus.js";
import type { ChangeView } from "./use-view.js";
import { drawnRows } from "./drawn-rows.js";
import type { HistoryView } from "./view.js";

interface OperationsTableProps {
  readonly rows: readonly HistoryRow[];
  readonly view: HistoryView;
  readonly change: ChangeView;
  readonly nameOf: MachineName;
  /** Reads more; undefined where there is no more to read now. */
  readonly onEnd: (() => Promise<unknown>) | undefined;
  /** Moves the focus to an operation's row. */
  readonly focusRow: RefObject<((id: bigint) => void) | undefined>;
}

/** Rows above and below what is in sight: what a flick of the wheel reaches before it is drawn. */
const OVERSCAN = 14;
/** So many rows before the end the next page is asked for. */
const AHEAD = 30;

/** Operations as a table of which, when it is long, only what is in sight is drawn. It is one tab stop. */
export function OperationsTable({ rows, view, change, nameOf, onEnd, focusRow }: OperationsTableProps) {
  const table = useRef<HTMLTableElement>(null);
  const { top, rem, phone, headPx } = useTablePlace(table);
  const focus = useRowFocus({ table, rows, open: view.operation, change });
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: (n) => (rows[n]?.kind === "day" ? 1.75 : phone ? 3.7 : 2.6) * rem,
    getItemKey: (n) => rows[n]?.key ?? n,
    scrollMargin: top,
    scrollPaddingStart: headPx + 2 * rem,
    scrollPaddingEnd: phone ? 6 * rem : rem,
    overscan: OVERSCAN,
    rangeExtractor: (range) => drawnRows(range, rows, focus.activeIndex),
  });
  focus.onMove((n) => virtualizer.scrollToIndex(n, { align: "auto" }));
  useEffect(() => {
    focusRow.current = focus.toOperation;
  });
  const items = virtualizer.getVirtualItems();
  const inSight = virtualizer.range?.endIndex ?? 0;
  const nearEnd = inSight >= rows.length - AHEAD;
  useEffect(() => {
    if (nearEnd) void onEnd?.();
  }, [nearEnd, onEnd]);
  const stop = focus.stopOf(items.map(({ index }) => index));
  let end = top;
  const last = items.at(-1)?.end ?? top;
  return (
    // A grid is a table whose rows take the focus.
    <table
      ref={table}
      className="table ops"
      role="grid"
      aria-label={view.result === "planned" ? "Planned operations, the next first" : "Operations, newest first"}
      aria-rowcount={rows.length + 1}
      aria-readonly="true"
      onKeyDown={focus.onKeyDown}
      onFocus={focus.onFocus}
    >
      <OperationsHead planned={view.result === "planned"} />
      {/* On a phone its rows are no longer laid out as a table's. */}
      <tbody role="rowgroup">
        {items.map(({ index, start, end: rowEnd }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const gap = start - end;
          end = rowEnd;
          return (
            <Fragment key={row.key}>
              {gap > 0 && <Spacer height={gap} />}
              {row.kind === "day" ? (
                <DayRow atMs={row.atMs} index={index} measure={virtualizer.measureElement} />
              ) : (
                <OperationRow
                  operation={row.operation}
                  machine={nameOf(row.operation)}
                  index={index}
                  stop={index === stop}
                  selected={row.operation.id === view.operation}
                  change={change}
                  measure={virtualizer.measureElement}
                />
              )}
            </Fragment>
          );
        })}
        <Spacer height={top + virtualizer.getTotalSize() - last} />
      </tbody>
    </table>
  );
}

function OperationsHead({ planned }: { readonly planned: boolean }) {
  return (
    <thead>
      <tr>
        <th className="o-t" scope="col" aria-sort={planned ? "ascending" : "descending"}>
          {planned ? "Due" : "Time"}
        </th>
        <th className="o-r" scope="col">
          Result
        </th>
        <th className="o-m" scope="col">
          Machine
        </th>
        <th className="o-k" scope="col">
          What
        </th>
        <th className="o-d r" scope="col">
          Took
        </th>
        <th className="o-a r" scope="col">
          Added
        </th>
      </tr>
    </thead>
  );
}

interface DayRowProps {
  readonly atMs: number;
  readonly index: number;
  readonly measure: (row: HTMLElement | null) => void;
}

function DayRow({ atMs, index, measure }: DayRowProps) {
  const nowMs = useNow();
  return (
    // On a phone it is no longer laid out as a table's.
    <tr role="row" className="day" data-index={index} aria-rowindex={index + 2} ref={measure}>
      <th role="rowheader" colSpan={6} scope="rowgroup">
        {dayTitle(atMs, nowMs)}
      </th>
    </tr>
  );
}

/** Stands for rows that are not drawn. */
function Spacer({ height }: { readonly height: number }) {
  return height <= 0 ? null : (
    <tr aria-hidden="true" className="spacer" style={{ height }}>
      <td colSpan={6} />
    </tr>
  );
}
