import { type Range, useWindowVirtualizer } from "@tanstack/react-virtual";
import {
  type FocusEventHandler,
  Fragment,
  type HTMLAttributes,
  type KeyboardEventHandler,
  type ReactNode,
  type RefObject,
  useEffect,
} from "react";
import { useTablePlace } from "./use-table-place.js";

/** Which row of a table has the focus, or would have it. */
export interface TableFocus {
  readonly onKeyDown: KeyboardEventHandler;
  readonly onFocus: FocusEventHandler<HTMLElement>;
  /** Takes what brings a row that is not drawn into sight. */
  readonly onMove: (scroll: (index: number) => void) => void;
  /** The rows to draw, in their order: those in sight and around them, and the one that has the focus. */
  readonly drawn: (inSight: Range) => number[];
  /** Of the rows that are drawn, the one that the tab key reaches. */
  readonly stopOf: (drawn: readonly number[]) => number;
}

/** What a row that is drawn needs beside what it shows. */
export interface DrawnRow {
  readonly index: number;
  /** Whether it is the one row that the tab key reaches. */
  readonly stop: boolean;
  readonly measure: (row: HTMLElement | null) => void;
}

interface WindowTableProps<Row> extends Pick<HTMLAttributes<HTMLElement>, "onPointerMove" | "onPointerLeave"> {
  readonly table: RefObject<HTMLTableElement | null>;
  readonly className: string;
  readonly label: string;
  readonly head: ReactNode;
  readonly columns: number;
  readonly rows: readonly Row[];
  /** About how high a row is, in rem; each is measured when it is drawn. */
  readonly rowRem: (row: Row | undefined, phone: boolean) => number;
  /** So many rem below the head are covered by a row that stays there. */
  readonly coveredRem?: number;
  readonly focus: TableFocus;
  /** Asked when the last rows are near; undefined where there are no more. */
  readonly onNearEnd?: (() => unknown) | undefined;
  readonly children: (row: Row, drawn: DrawnRow) => ReactNode;
}

/** Rows above and below what is in sight: what a flick of the wheel reaches before it is drawn. */
const OVERSCAN = 14;
/** So many rows before the end the next ones are asked for. */
const AHEAD = 30;

/** A table in a page that is scrolled, of which only some rows are drawn. It is one tab stop. */
export function WindowTable<Row extends { readonly key: string }>(props: WindowTableProps<Row>) {
  const { table, className, label, head, columns, rows, rowRem, coveredRem = 0, focus, onNearEnd, children } = props;
  const { top, rem, phone, headPx } = useTablePlace(table);
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: (n) => rowRem(rows[n], phone) * rem,
    getItemKey: (n) => rows[n]?.key ?? n,
    scrollMargin: top,
    scrollPaddingStart: headPx + coveredRem * rem,
    scrollPaddingEnd: phone ? 6 * rem : rem,
    overscan: OVERSCAN,
    rangeExtractor: focus.drawn,
  });
  focus.onMove((n) => virtualizer.scrollToIndex(n, { align: "auto" }));
  const nearEnd = (virtualizer.range?.endIndex ?? 0) >= rows.length - AHEAD;
  useEffect(() => {
    if (nearEnd) onNearEnd?.();
  }, [nearEnd, onNearEnd]);
  const items = virtualizer.getVirtualItems();
  const stop = focus.stopOf(items.map(({ index }) => index));
  let end = top;
  const last = items.at(-1)?.end ?? top;
  return (
    // A grid is a table whose rows take the focus.
    <table
      ref={table}
      className={`table ${className}`}
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-readonly="true"
      onKeyDown={focus.onKeyDown}
      onFocus={focus.onFocus}
      onPointerMove={props.onPointerMove}
      onPointerLeave={props.onPointerLeave}
    >
      {head}
      {/* On a phone its rows are no longer laid out as a table's. */}
      <tbody role="rowgroup">
        {items.map(({ index, start, end: rowEnd }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const gap = start - end;
          end = rowEnd;
          return (
            <Fragment key={row.key}>
              <Spacer height={gap} columns={columns} />
              {children(row, { index, stop: index === stop, measure: virtualizer.measureElement })}
            </Fragment>
          );
        })}
        <Spacer height={top + virtualizer.getTotalSize() - last} columns={columns} />
      </tbody>
    </table>
  );
}

/** Stands for rows that are not drawn. */
function Spacer({ height, columns }: { readonly height: number; readonly columns: number }) {
  return height <= 0 ? null : (
    <tr aria-hidden="true" className="spacer" style={{ height }}>
      <td colSpan={columns} />
    </tr>
  );
}
