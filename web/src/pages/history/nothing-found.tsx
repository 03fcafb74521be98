import { Link } from "wouter";
import { Empty } from "../../parts/list-states.js";
import { filterParts } from "./filter-words.js";
import type { ChangeView } from "./use-view.js";
import { type HistoryView, NO_FILTER } from "./view.js";

interface NothingFoundProps {
  readonly view: HistoryView;
  readonly change: ChangeView;
}

/** Names the filter that left nothing, and offers to lift it; without one, says what will stand here. */
export function NothingFound({ view, change }: NothingFoundProps) {
  const parts = filterParts(view);
  if (parts.length === 0) {
    return (
      <Empty title="No operations yet">
        <p>What your machines back up, check and clean stands here as soon as they send it.</p>
        <Link className="btn" href="/enrol">
          Enrol a machine
        </Link>
      </Empty>
    );
  }
  return (
    <Empty icon="find" title={`No operation matches ${parts.map(({ words }) => words).join(", ")}`}>
      <div className="actions">
        {parts.length > 1 &&
          parts.map(({ words, lift }) => (
            <button key={words} type="button" className="btn" onClick={() => change(lift)}>
              Without {words}
            </button>
          ))}
        <button type="button" className="btn btn-quiet" onClick={() => change(NO_FILTER)}>
          Clear the filter
        </button>
      </div>
    </Empty>
  );
}
