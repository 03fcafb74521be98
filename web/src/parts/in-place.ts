/** The new items in the order of the old ones. What is no longer among them keeps its place as it was. */
export function inPlace<T>(old: readonly T[], list: readonly T[], keyOf: (item: T) => string): readonly T[] {
  const now = new Map(list.map((item) => [keyOf(item), item]));
  const next = old.map((item) => now.get(keyOf(item)) ?? item);
  return next.length === list.length && next.every((item, n) => item === list[n]) ? list : next;
}
