import type { ChangeView } from "./use-view.js";
import { DAYS, type HistoryView } from "./view.js";

/** The first and the last day that are shown; one without the other is open to that side. */
export function DaysFields({ view, change }: { readonly view: HistoryView; readonly change: ChangeView }) {
  const set = (name: "from" | "to", value: string) => change({ time: DAYS, [name]: value === "" ? undefined : value });
  return (
    <div className="op-days">
      <label className="op-day">
        <span className="label">From</span>
        <input
          className="input"
          type="date"
          value={view.from ?? ""}
          max={view.to}
          onChange={(event) => set("from", event.target.value)}
        />
      </label>
      <label className="op-day">
        <span className="label">To</span>
        <input
          className="input"
          type="date"
          value={view.to ?? ""}
          min={view.from}
          onChange={(event) => set("to", event.target.value)}
        />
      </label>
    </div>
  );
}
