import { memo } from "react";
import type { DayResult } from "../../../gen/hub/v1/fleet_pb.js";
import { STRIP_HEIGHT, stripPaths, stripWidth, stripWords } from "../words/strip.js";

interface StripProps {
  /** A result for each day, today last. */
  readonly results: readonly DayResult[];
  readonly running?: boolean;
  /** Only so many of the newest days, where there is no room for all. */
  readonly days?: number;
}

/** The days of a plan: one drawing with a path for each state. */
export const Strip = memo(function Strip({ results, running = false, days = results.length }: StripProps) {
  const shown = results.slice(-days);
  return (
    <svg
      className="strip"
      viewBox={`0 0 ${stripWidth(shown.length)} ${STRIP_HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={stripWords(shown, running)}
    >
      {[...stripPaths(shown, running)].map(([kind, path]) => (
        <path key={kind} className={kind} d={path} />
      ))}
    </svg>
  );
});

const LEGEND = [
  ["ok", "good", "M0 5h8v12H0z"],
  ["warn", "with warnings", "M0 5h8v12H0zM0 0h8v3H0z"],
  ["fail", "failed", "M0 0h8v20H0z"],
  ["miss", "missed", "M0 14h8v6H0z"],
  ["none", "none expected", "M0 16h8v1H0z"],
] as const;

/** What the cells of a strip mean. Each strip says the same in words. */
export function StripLegend() {
  return (
    <div className="legend" aria-hidden="true">
      {LEGEND.map(([kind, word, path]) => (
        <span key={kind}>
          <svg className="strip" viewBox="0 0 8 20">
            <path className={kind} d={path} />
          </svg>
          {word}
        </span>
      ))}
    </div>
  );
}
