/** The ids that are not among the others; both are in ascending order, and the same id may stand there many times. */
export function* without(ids: Iterable<bigint>, others: BigInt64Array): Generator<bigint> {
  let next = 0;
  for (const id of ids) {
    while (next < others.length && (others[next] ?? 0n) < id) next += 1;
    if (others[next] !== id) yield id;
  }
}
