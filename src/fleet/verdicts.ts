/** What can be said of a plan, the worst first: the order of every list and of every roll-up. */
export const VERDICTS = ["failing", "overdue", "never", "unknown", "late", "paused", "ok"] as const;

export type Verdict = (typeof VERDICTS)[number];

/** Late may still come, and paused is meant so. */
const TROUBLE: ReadonlySet<Verdict> = new Set(["failing", "overdue", "never", "unknown"]);

/** Whether somebody has to look at what has this verdict, unless more is known of it. */
export function isTrouble(verdict: Verdict): boolean {
  return TROUBLE.has(verdict);
}

/** The worst of them; `unknown` of none. */
export function worst(verdicts: Iterable<Verdict>): Verdict {
  const found = new Set(verdicts);
  return VERDICTS.find((verdict) => found.has(verdict)) ?? "unknown";
}

export type VerdictCounts = Readonly<Record<Verdict, number>>;

export function countVerdicts(verdicts: Iterable<Verdict>): VerdictCounts {
  const counts = { failing: 0, overdue: 0, never: 0, unknown: 0, late: 0, paused: 0, ok: 0 };
  for (const verdict of verdicts) counts[verdict] += 1;
  return counts;
}
