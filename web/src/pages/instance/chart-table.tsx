import { duration } from "../../words/times.js";
import { size } from "../../words/sizes.js";
import type { Bucket } from "./chart.js";
import { bucketName, useDayNames } from "./day-names.js";

/** The values of both charts, for who does not see them and for who wants them all at once. */
export function ChartTable({ planId, buckets }: { readonly planId: string; readonly buckets: readonly Bucket[] }) {
  const names = useDayNames();
  const rows = buckets.filter(({ backups }) => backups > 0).toReversed();
  return (
    <details className="chart-table">
      <summary>These values as a table</summary>
      <div className="scroll" tabIndex={0} role="region" aria-label={`Backups of ${planId}`}>
        <table className="table last">
          <caption className="sr">Backups of {planId}, the newest first; days are those of UTC</caption>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col" className="r">
                Backups
              </th>
              <th scope="col" className="r">
                Failed
              </th>
              <th scope="col" className="r">
                Added
              </th>
              <th scope="col" className="r">
                Took
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((bucket) => (
              <tr key={bucket.fromMs}>
                <th scope="row">{bucketName(bucket, names)}</th>
                <td className="r">{bucket.backups}</td>
                <td className="r">{bucket.failed}</td>
                <td className="r">{size(bucket.bytes)}</td>
                <td className="r">{duration(bucket.durationMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
