/** The middle value; of an even number the mean of the two. */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

/** How far the values lie apart, in percent of their median. */
export function spreadPercent(values) {
  const middle = median(values);
  return middle === 0 ? 0 : Math.round(((Math.max(...values) - Math.min(...values)) / middle) * 100);
}

/** How good the hub is beside the ceiling: 1 is as good, less is worse, whichever way the figure counts. */
export function ratioOf(figure, hub, ceiling) {
  return figure.better === "higher" ? hub / ceiling : ceiling / hub;
}

/** Shortens a number for people: three digits that count. */
export function short(value) {
  if (value === undefined || Number.isNaN(value)) return "";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits);
}
