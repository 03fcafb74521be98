import { type Bucket, highestOf, inWords, isBad, type Measure, median, oddBeyond, topOf, valueOf } from "./chart.js";
import { ChartFrame } from "./chart-frame.js";
import { bucketName, useDayNames } from "./day-names.js";

const HEIGHT = 100;
const WIDTH = 3;
const STEP = 4;
/** A failed backup that took no time is still to be seen. */
const LEAST = 3;

interface BarChartProps {
  readonly title: string;
  readonly measure: Measure;
  /** The oldest first. */
  readonly buckets: readonly Bucket[];
}

/** A bar for each day or week. */
export function BarChart({ title, measure, buckets }: BarChartProps) {
  const names = useDayNames();
  const values = buckets.map((bucket) => valueOf(bucket, measure));
  const known = values.filter((value) => value !== undefined);
  const top = topOf(highestOf(known), measure);
  const odd = oddBeyond(known) ?? Number.POSITIVE_INFINITY;
  const beyond = known.filter((value) => value > top).length;
  const usual = median(buckets.flatMap((bucket) => (isBad(bucket) ? [] : (valueOf(bucket, measure) ?? []))));
  const say = (n: number) => {
    const [bucket, value] = [buckets[n], values[n]];
    if (bucket === undefined) return "";
    const name = bucketName(bucket, names);
    if (value === undefined) return `${name}: no backup ended`;
    const of = bucket.backups === 1 ? "" : `, of ${bucket.backups} backups on an average`;
    const failed = bucket.failed === 0 ? "" : bucket.backups === 1 ? ", it failed" : `, ${bucket.failed} failed`;
    return `${name}: ${inWords(value, measure)}${of}${failed}${value > odd ? ", far more than usual" : ""}`;
  };
  return (
    <ChartFrame
      title={title}
      note={[
        usual === undefined ? "nothing yet" : `median ${inWords(usual, measure)}`,
        ...(beyond === 0 ? [] : [`${beyond} beyond the scale`]),
      ].join(", ")}
      axis={[inWords(top, measure), inWords(top / 2, measure), "0"]}
      ends={[buckets[0], buckets[Math.floor(buckets.length / 3)], buckets[Math.floor((2 * buckets.length) / 3)]].map(
        (bucket) => (bucket === undefined ? "" : names.day(bucket.fromMs)),
      )}
      count={buckets.length}
      say={say}
    >
      {(shown) => (
        <svg viewBox={`0 0 ${buckets.length * STEP - 1} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          <path
            className="grid"
            d={`M0 0H${buckets.length * STEP}M0 50H${buckets.length * STEP}M0 100H${buckets.length * STEP}`}
          />
          {shown !== undefined && <rect className="at" x={shown * STEP - 0.5} y={0} width={STEP} height={HEIGHT} />}
          {values.map((value, n) => {
            const bucket = buckets[n];
            if (value === undefined || bucket === undefined) return null;
            const bad = isBad(bucket);
            const height = Math.max(bad ? LEAST : 1, Math.min(1, value / top) * HEIGHT);
            const kind = bad ? " bad" : value > odd ? " odd" : "";
            const x = n * STEP;
            // A bar that goes on beyond the scale is cut.
            return value > top ? (
              <path
                key={bucket.fromMs}
                className={`bar${kind}`}
                d={`M${x} 0h${WIDTH}v5h-${WIDTH}zM${x} 9h${WIDTH}v91h-${WIDTH}z`}
              />
            ) : (
              <rect
                key={bucket.fromMs}
                className={`bar${kind}`}
                x={x}
                y={HEIGHT - height}
                width={WIDTH}
                height={height}
              />
            );
          })}
        </svg>
      )}
    </ChartFrame>
  );
}
