import { firstWords } from "../../words/harmless.js";
import { KINDS } from "./kinds.js";
import { RESULT_CHOICES } from "./results.js";
import { TIMES } from "./time-choices.js";
import type { HistoryView } from "./view.js";

export interface FilterPart {
  /** "machine db-primary". */
  readonly words: string;
  readonly lift: Partial<HistoryView>;
}

/** What is filtered for, each with what lifts it. */
export function filterParts(view: HistoryView): readonly FilterPart[] {
  const parts: FilterPart[] = [];
  const named = (name: "machine" | "plan" | "repo") => {
    const value = view[name];
    if (value !== undefined) parts.push({ words: `${name} ${firstWords(value, 60)}`, lift: { [name]: undefined } });
  };
  named("machine");
  named("plan");
  named("repo");
  const kind = KINDS.find(({ value }) => value === view.kind);
  if (kind !== undefined) parts.push({ words: `kind ${kind.word}`, lift: { kind: undefined } });
  const result = RESULT_CHOICES.find(({ value }) => value === view.result);
  if (result !== undefined) parts.push({ words: `result ${result.word}`, lift: { result: undefined } });
  const time = timeWords(view);
  if (time !== undefined) parts.push({ words: time, lift: { time: undefined, from: undefined, to: undefined } });
  return parts;
}

function timeWords({ time, from, to }: HistoryView): string | undefined {
  if (from !== undefined && to !== undefined) return from === to ? `on ${from}` : `from ${from} to ${to}`;
  if (from !== undefined) return `from ${from} on`;
  if (to !== undefined) return `until ${to}`;
  return TIMES.find(({ value }) => value === time)?.word.toLowerCase();
}
