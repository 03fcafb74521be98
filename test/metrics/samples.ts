/**
 * The samples of a text in Prometheus' format, by name with labels as it stands there. Throws for a line that is neither
 * a sample nor a comment, and for a series that comes twice.
 */
export function samplesOf(text: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (line === "" || /^# (?:HELP|TYPE) /.test(line)) continue;
    const [, series, value] = SAMPLE.exec(line) ?? [];
    if (series === undefined || value === undefined) throw new Error(`no sample: ${line}`);
    if (samples.has(series)) throw new Error(`comes twice: ${series}`);
    samples.set(series, value === "Nan" ? Number.NaN : Number(value));
  }
  return samples;
}

const LABEL = String.raw`[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"`;
const SAMPLE = new RegExp(
  String.raw`^([a-zA-Z_:][\w:]*(?:\{${LABEL}(?:,${LABEL})*\})?) (-?[\d.e+-]+|[+-]?Inf|NaN|Nan)$`,
);
