/** An entry of a list as its reader sees it, and whether it hides anything. */
export interface Shown<T> {
  readonly item: T;
  readonly form: string;
}

/**
 * Finds for each edited entry the original that its reader saw. Entries look alike once they are masked, so an original
 * is named only where no other could be meant: where as many edited entries look like this as there were originals (then
 * in order), or where those originals are the same behind the mask too.
 */
export function pairUp<T>(
  edited: readonly Shown<T>[],
  originals: readonly Shown<T>[],
  same: (one: T, other: T) => boolean,
): (T | undefined)[] {
  const alike = Map.groupBy(originals, ({ form }) => form);
  const counts = new Map<string, number>();
  for (const { form } of edited) counts.set(form, (counts.get(form) ?? 0) + 1);
  const seen = new Map<string, number>();
  return edited.map(({ form }) => {
    const candidates = alike.get(form) ?? [];
    const [first] = candidates;
    const turn = seen.get(form) ?? 0;
    seen.set(form, turn + 1);
    if (first === undefined) return undefined;
    if (counts.get(form) === candidates.length) return candidates[turn]?.item;
    return candidates.every(({ item }) => same(item, first.item)) ? first.item : undefined;
  });
}
