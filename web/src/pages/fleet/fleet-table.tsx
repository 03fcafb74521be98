import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { Fragment, useRef } from "react";
import { Boundary } from "../../parts/boundary.js";
import { FleetHead } from "./fleet-head.js";
import { GroupRowView } from "./group-row.js";
import { PlanRowView } from "./plan-row.js";
import type { FleetRow } from "./rows.js";
import { stripKey, type Strips } from "./strips.js";
import { useHeld } from "../../parts/use-held.js";
import { useRowFocus } from "./use-row-focus.js";
import { useStripDays } from "./use-strip-days.js";
import { useTablePlace } from "../../parts/use-table-place.js";
import type { ChangeView } from "./use-view.js";
import { type FleetView, writeView } from "./view.js";

interface FleetTableProps {
  readonly rows: readonly FleetRow[];
  readonly view: FleetView;
  readonly change: ChangeView;
  readonly strips: Strips;
  readonly stripsMissing: boolean;
}

/** Rows above and below what is in sight: what a flick of the wheel reaches before it is drawn. */
const OVERSCAN = 14;

/** Plans as a table of which only what is in sight is drawn. It is one tab stop, arrow keys move within. */
export function FleetTable({ rows, view, change, strips, stripsMissing }: FleetTableProps) {
  const table = useRef<HTMLTableElement>(null);
  const [shown, hold] = useHeld(rows, ({ key }) => key, writeView(view).toString());
  const dense = view.density === "dense";
  const { top, rem, phone, headPx } = useTablePlace(table);
  const days = useStripDays(table);
  const focus = useRowFocus(table, shown);
  const virtualizer = useWindowVirtualizer({
    count: shown.length,
    estimateSize: (n) => rowRem(shown[n], dense, phone) * rem,
    getItemKey: (n) => shown[n]?.key ?? n,
    scrollMargin: top,
    scrollPaddingStart: headPx,
    scrollPaddingEnd: phone ? 6 * rem : rem,
    overscan: OVERSCAN,
    rangeExtractor: focus.withActive,
  });
  focus.onMove((n) => virtualizer.scrollToIndex(n, { align: "auto" }));
  const items = virtualizer.getVirtualItems();
  const stop = focus.stopOf(items.map(({ index }) => index));
  let end = top;
  const last = items.at(-1)?.end ?? top;
  return (
    // A grid is a table whose rows take the focus.
    <table
      ref={table}
      className={`table fleet${dense ? " dense" : ""}`}
      role="grid"
      aria-label="All machines and their plans"
      aria-rowcount={shown.length + 1}
      aria-readonly="true"
      onKeyDown={focus.onKeyDown}
      onFocus={focus.onFocus}
      {...hold}
    >
      <FleetHead view={view} change={change} />
      {/* On a phone its rows are no longer laid out as a table's. */}
      <tbody role="rowgroup">
        {items.map(({ index, start, end: rowEnd }) => {
          const row = shown[index];
          if (row === undefined) return null;
          const gap = start - end;
          end = rowEnd;
          return (
            <Fragment key={row.key}>
              {gap > 0 && <Spacer height={gap} />}
              {row.kind === "group" ? (
                <GroupRowView row={row} index={index} stop={index === stop} measure={virtualizer.measureElement} />
              ) : (
                <Boundary
                  what={row.machine.instanceId}
                  of={row}
                  otherwise={(broken) => (
                    <tr ref={virtualizer.measureElement} data-index={index}>
                      <td colSpan={6}>{broken}</td>
                    </tr>
                  )}
                >
                  <PlanRowView
                    instanceId={row.machine.instanceId}
                    planId={row.plan?.planId}
                    first={row.first}
                    more={row.more}
                    index={index}
                    stop={index === stop}
                    days={days}
                    results={row.plan && strips.get(stripKey(row.machine.instanceId, row.plan.planId))}
                    stripsMissing={stripsMissing}
                    measure={virtualizer.measureElement}
                  />
                </Boundary>
              )}
            </Fragment>
          );
        })}
        <Spacer height={top + virtualizer.getTotalSize() - last} />
      </tbody>
    </table>
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

/** About how high a row is; each is measured when it is drawn. */
function rowRem(row: FleetRow | undefined, dense: boolean, phone: boolean): number {
  if (row?.kind === "group") return 1.95;
  if (phone) return row?.first === true ? 7.6 : 6.2;
  return dense ? 1.8125 : 3.0625;
}
