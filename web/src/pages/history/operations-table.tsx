import { type RefObject, useEffect, useRef } from "react";
import { useNow } from "../../live/now.js";
import { type DrawnRow, WindowTable } from "../../parts/window-table.js";
import { dayTitle } from "../../words/times.js";
import { OperationRow } from "./operation-row.js";
import type { HistoryRow } from "./rows.js";
import type { MachineName } from "./use-machine-names.js";
import { useRowFocus } from "./use-row-focus.js";
import type { ChangeView } from "./use-view.js";
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

const COLUMNS = 6;

/** Operations as a table of which, when it is long, only what is in sight is drawn. It is one tab stop. */
export function OperationsTable({ rows, view, change, nameOf, onEnd, focusRow }: OperationsTableProps) {
  const table = useRef<HTMLTableElement>(null);
  const focus = useRowFocus({ table, rows, open: view.operation, change });
  useEffect(() => {
    focusRow.current = focus.toOperation;
  });
  const planned = view.result === "planned";
  return (
    <WindowTable
      table={table}
      className="ops"
      label={planned ? "Planned operations, the next first" : "Operations, newest first"}
      head={<OperationsHead planned={planned} />}
      columns={COLUMNS}
      rows={rows}
      rowRem={(row, phone) => (row?.kind === "day" ? 1.75 : phone ? 3.7 : 2.6)}
      coveredRem={2}
      focus={focus}
      onNearEnd={onEnd}
    >
      {(row, drawn) =>
        row.kind === "day" ? (
          <DayRow atMs={row.atMs} {...drawn} />
        ) : (
          <OperationRow
            operation={row.operation}
            machine={nameOf(row.operation)}
            selected={row.operation.id === view.operation}
            change={change}
            {...drawn}
          />
        )
      }
    </WindowTable>
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

interface DayRowProps extends Pick<DrawnRow, "index" | "measure"> {
  readonly atMs: number;
}

function DayRow({ atMs, index, measure }: DayRowProps) {
  const nowMs = useNow();
  return (
    // On a phone it is no longer laid out as a table's.
    <tr role="row" className="day" data-index={index} aria-rowindex={index + 2} ref={measure}>
      <th role="rowheader" colSpan={COLUMNS} scope="rowgroup">
        {dayTitle(atMs, nowMs)}
      </th>
    </tr>
  );
}
