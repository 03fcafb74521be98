/** What is shown of a list whose order moves, and what waits until it may. */
export interface Steady {
  readonly shown: readonly string[];
  /** New ones that are not shown yet. */
  readonly waiting: number;
}

/**
 * Ids in the order in which they may be shown: while somebody points at the list it keeps its order, and what is new
 * waits. What is gone goes at once.
 */
export function steady(before: readonly string[], wanted: readonly string[], held: boolean): Steady {
  if (!held || before.length === 0) return { shown: wanted, waiting: 0 };
  const there = new Set(wanted);
  const shown = before.filter((id) => there.has(id));
  return { shown, waiting: wanted.length - shown.length };
}
