import type { FleetSummary } from "../../../../gen/hub/v1/fleet_pb.js";
import { useShortcuts } from "../../keys.js";
import { Icon } from "../../parts/icon.js";
import { Mark } from "../../parts/mark.js";
import { count } from "../../words/sizes.js";
import { type Mark as MarkName, VERDICTS } from "../../words/verdicts.js";
import { allPlans, countOf } from "./lead.js";

interface TilesProps {
  readonly summary: FleetSummary | undefined;
  readonly pressed: MarkName | undefined;
  readonly onPress: (verdict: MarkName | undefined) => void;
}

/** Plans by verdict. A tile shows only those; the one that is pressed, pressed again, shows all. */
export function Tiles({ summary, pressed, onPress }: TilesProps) {
  const press = (mark: MarkName | undefined) => onPress(mark === pressed ? undefined : mark);
  useShortcuts([
    { keys: "1", does: "Show all plans", run: () => onPress(undefined) },
    ...VERDICTS.map(({ mark, word }, n) => ({ keys: `${n + 2}`, does: `Show only ${word}`, run: () => press(mark) })),
  ]);
  return (
    // A fieldset is for forms.
    <div className="tiles" role="group" aria-label="Filter by verdict">
      <button
        type="button"
        className="tile"
        aria-pressed={pressed === undefined}
        aria-keyshortcuts="1"
        onClick={() => onPress(undefined)}
      >
        <Icon name="fleet" />
        <b>{summary === undefined ? " " : count(allPlans(summary))}</b>
        <span>All plans</span>
      </button>
      {VERDICTS.map(({ verdict, mark, word }, n) => {
        const plans = summary === undefined ? undefined : countOf(summary, verdict);
        return (
          <button
            key={mark}
            type="button"
            className={`tile v-${mark}${plans === 0 ? " is-zero" : ""}`}
            aria-pressed={pressed === mark}
            aria-keyshortcuts={`${n + 2}`}
            onClick={() => press(mark)}
          >
            <Mark name={mark} />
            <b>{plans === undefined ? " " : count(plans)}</b>
            <span>{word}</span>
          </button>
        );
      })}
    </div>
  );
}
