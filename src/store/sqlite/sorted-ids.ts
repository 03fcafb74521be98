/** The ids that are not among the others; both are in ascending order, and the same id may stand there many times. */
export function* without(ids: Iterable<bigint>, others: BigInt64Array): Generator<bigint> {
  let next = 0;
  for (const id of ids) {
    while (next < others.length && (others[next] ?? 0n) < id) next += 1;
    if (others[next] !== id) yield id;
  }
}

/** Whether an id is among these, which are in ascending order. */
export function isAmong(ids: BigInt64Array, id: bigint): boolean {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] ?? 0n) < id) low = middle + 1;
    else high = middle;
  }
  return low < ids.length && ids[low] === id;
}

/** Whether each id is above the one before it. */
export function isAscending(ids: BigInt64Array): boolean {
  for (let at = 1; at < ids.length; at++) if ((ids[at] ?? 0n) <= (ids[at - 1] ?? 0n)) return false;
  return true;
}
