import { useRef } from "react";
import { Boundary } from "../../parts/boundary.js";
import { useHeld } from "../../parts/use-held.js";
import { WindowTable } from "../../parts/window-table.js";
import { FleetHead } from "./fleet-head.js";
import { GroupRowView } from "./group-row.js";
import { PlanRowView } from "./plan-row.js";
import type { FleetRow } from "./rows.js";
import { stripKey, type Strips } from "./strips.js";
import { useRowFocus } from "./use-row-focus.js";
import { useStripDays } from "./use-strip-days.js";
import type { ChangeView } from "./use-view.js";
import { type FleetView, writeView } from "./view.js";

interface FleetTableProps {
  readonly rows: readonly FleetRow[];
  readonly view: FleetView;
  readonly change: ChangeView;
  readonly strips: Strips;
  readonly stripsMissing: boolean;
}

const COLUMNS = 6;

/** Plans as a table of which only what is in sight is drawn. It is one tab stop, arrow keys move within. */
export function FleetTable({ rows, view, change, strips, stripsMissing }: FleetTableProps) {
  const table = useRef<HTMLTableElement>(null);
  const [shown, hold] = useHeld(rows, ({ key }) => key, writeView(view).toString());
  const dense = view.density === "dense";
  const days = useStripDays(table);
  const focus = useRowFocus(table, shown);
  return (
    <WindowTable
      table={table}
      className={`fleet${dense ? " dense" : ""}`}
      label="All machines and their plans"
      head={<FleetHead view={view} change={change} />}
      columns={COLUMNS}
      rows={shown}
      rowRem={(row, phone) => rowRem(row, dense, phone)}
      focus={focus}
      {...hold}
    >
      {(row, drawn) =>
        row.kind === "group" ? (
          <GroupRowView row={row} {...drawn} />
        ) : (
          <Boundary
            what={row.machine.instanceId}
            of={row}
            otherwise={(broken) => (
              <tr ref={drawn.measure} data-index={drawn.index}>
                <td colSpan={COLUMNS}>{broken}</td>
              </tr>
            )}
          >
            <PlanRowView
              instanceId={row.machine.instanceId}
              planId={row.plan?.planId}
              first={row.first}
              more={row.more}
              days={days}
              results={row.plan && strips.get(stripKey(row.machine.instanceId, row.plan.planId))}
              stripsMissing={stripsMissing}
              {...drawn}
            />
          </Boundary>
        )
      }
    </WindowTable>
  );
}

function rowRem(row: FleetRow | undefined, dense: boolean, phone: boolean): number {
  if (row?.kind === "group") return 1.95;
  if (phone) return row?.first === true ? 7.6 : 6.2;
  return dense ? 1.8125 : 3.0625;
}
