import { useNow } from "../../live/now.js";
import { size } from "../../words/sizes.js";
import { DAY_MS, date } from "../../words/times.js";
import { boundsOf } from "./chart.js";
import { ChartFrame } from "./chart-frame.js";
import type { SizePoint } from "./repos.js";

const WIDTH = 356;
const HEIGHT = 100;

interface LineChartProps {
  readonly repoId: string;
  /** At least two, the oldest first. */
  readonly points: readonly SizePoint[];
  readonly days: number;
}

/** What a repo takes, as it was measured. */
export function LineChart({ repoId, points, days }: LineChartProps) {
  const nowMs = useNow();
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return null;
  const { low, high } = boundsOf(points.map(({ bytes }) => bytes));
  const placeOf = ({ atMs }: SizePoint) => (atMs - first.atMs) / Math.max(1, nowMs - first.atMs);
  const xOf = (point: SizePoint) => (placeOf(point) * WIDTH).toFixed(1);
  const at = (point: SizePoint) =>
    `${xOf(point)},${(HEIGHT - ((point.bytes - low) / (high - low)) * HEIGHT).toFixed(1)}`;
  const line = points.map(at).join(" ");
  const grown = last.bytes - first.bytes;
  const change = grown === 0 ? "as large as" : `${size(Math.abs(grown))} ${grown > 0 ? "more" : "less"} than`;
  const when = (place: number) => date(first.atMs + (nowMs - first.atMs) * place, nowMs);
  const since = Math.max(1, Math.min(days, Math.floor((nowMs - first.atMs) / DAY_MS)));
  return (
    <ChartFrame
      title={`Size of repo ${repoId}`}
      note={`${size(last.bytes)}, ${change} ${since} d ago`}
      axis={[size(high), size((low + high) / 2), size(low)]}
      ends={[when(0), when(1 / 3), when(2 / 3)]}
      count={points.length}
      places={points.map(placeOf)}
      say={(n) => {
        const point = points[n];
        return point === undefined ? "" : `${date(point.atMs, nowMs)}: ${size(point.bytes)}`;
      }}
    >
      {(shown) => {
        const point = shown === undefined ? undefined : points[shown];
        return (
          <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
            <path className="grid" d={`M0 0H${WIDTH}M0 50H${WIDTH}M0 100H${WIDTH}`} />
            {point !== undefined && <path className="at-line" d={`M${xOf(point)} 0V${HEIGHT}`} />}
            <polygon className="areaA" points={`0,${HEIGHT} ${line} ${xOf(last)},${HEIGHT}`} />
            <polyline className="lineA" points={line} />
          </svg>
        );
      }}
    </ChartFrame>
  );
}
