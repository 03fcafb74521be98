import { Icon } from "../../parts/icon.js";
import type { ChangeView } from "./use-view.js";
import { type FleetView, type SortBy, SORTINGS } from "./view.js";

interface FleetHeadProps {
  readonly view: FleetView;
  readonly change: ChangeView;
}

/** The heads of the columns; those that sort are reached with the arrow keys, from the first row upwards. */
export function FleetHead({ view, change }: FleetHeadProps) {
  const sorted = (by: SortBy) => {
    if (view.sort !== by) return "none";
    return view.descending ? "descending" : "ascending";
  };
  const button = (by: SortBy, words: string) => (
    <button
      type="button"
      tabIndex={-1}
      data-sort={by}
      onClick={() => {
        const usual = SORTINGS.find(({ value }) => value === by)?.descending ?? false;
        change({ sort: by, descending: view.sort === by ? !view.descending : usual });
      }}
    >
      {words}
      {view.sort === by && (
        <span className={view.descending ? "" : "up"}>
          <Icon name="down" size={12} />
        </span>
      )}
    </button>
  );
  return (
    <thead role="rowgroup">
      <tr role="row" aria-rowindex={1}>
        <th role="columnheader" className="c-m" scope="col" aria-sort={sorted("machine")}>
          {button("machine", "Machine")}
        </th>
        <th role="columnheader" className="c-p" scope="col">
          Plan
        </th>
        <th role="columnheader" className="c-v" scope="col" aria-sort={sorted("verdict")}>
          {button("verdict", "Verdict")}
        </th>
        <th role="columnheader" className="c-a" scope="col" aria-sort={sorted("success")}>
          {button("success", "Last success")}
        </th>
        <th role="columnheader" className="c-s" scope="col">
          90 days, today at the right
        </th>
        <th role="columnheader" className="c-z wide-only" scope="col">
          Last run: added · took
        </th>
        <th role="columnheader" className="c-n" scope="col">
          Now, or next
        </th>
      </tr>
    </thead>
  );
}
