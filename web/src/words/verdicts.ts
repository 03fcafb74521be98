import { type PlanHealth, Verdict } from "../../../gen/hub/v1/fleet_pb.js";

/** The marks of verdicts, results and changes: each has a shape of its own. */
export type Mark =
  | "ok"
  | "late"
  | "overdue"
  | "failing"
  | "never"
  | "paused"
  | "unknown"
  | "refused"
  | "warning"
  | "running"
  | "super";

export interface VerdictWords {
  readonly verdict: Verdict;
  readonly word: string;
  readonly mark: Mark;
  /** Whether somebody has to do something, unless more is known of a plan. */
  readonly attention: boolean;
}

/** The worst first: the order everywhere. */
export const VERDICTS: readonly VerdictWords[] = [
  { verdict: Verdict.FAILING, word: "Failing", mark: "failing", attention: true },
  { verdict: Verdict.OVERDUE, word: "Overdue", mark: "overdue", attention: true },
  { verdict: Verdict.NEVER, word: "Never", mark: "never", attention: true },
  { verdict: Verdict.UNKNOWN, word: "Unknown", mark: "unknown", attention: true },
  { verdict: Verdict.LATE, word: "Late", mark: "late", attention: false },
  { verdict: Verdict.PAUSED, word: "Paused", mark: "paused", attention: false },
  { verdict: Verdict.OK, word: "OK", mark: "ok", attention: false },
];

const UNKNOWN: VerdictWords = { verdict: Verdict.UNKNOWN, word: "Unknown", mark: "unknown", attention: true };

/** What a hub newer than this page says is not known here. */
export function verdictWords(verdict: Verdict): VerdictWords {
  return VERDICTS.find((row) => row.verdict === verdict) ?? UNKNOWN;
}

/** Whether somebody has to look at a plan; while its rhythm is being learned nobody has to. */
export function needsAttention({ verdict, learning }: PlanHealth): boolean {
  return verdictWords(verdict).attention && learning === undefined;
}
