import { memo, type Ref } from "react";
import { many } from "../../words/sizes.js";
import type { GroupRow } from "./rows.js";

interface GroupRowProps {
  readonly row: GroupRow;
  readonly index: number;
  readonly stop: boolean;
  readonly measure: Ref<HTMLTableRowElement>;
}

export const GroupRowView = memo(function GroupRowView({ row, index, stop, measure }: GroupRowProps) {
  return (
    <tr ref={measure} data-index={index} role="row" aria-rowindex={index + 2} className="grp" tabIndex={stop ? 0 : -1}>
      <th role="rowheader" colSpan={6} scope="rowgroup">
        {row.name} <span className="dim">{`${many(row.machines, "machine")}, ${many(row.plans, "plan")}`}</span>
      </th>
      <td role="gridcell" className="wide-only" />
    </tr>
  );
});
