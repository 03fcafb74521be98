/** For each id the position of the last operation that has it, of those of which `idOf` tells one. */
export function lastOfEach(
  operations: Iterable<Uint8Array>,
  idOf: (body: Uint8Array) => bigint | undefined,
): Map<bigint, number> {
  const last = new Map<bigint, number>();
  let position = 0;
  for (const body of operations) {
    const id = idOf(body);
    if (id !== undefined) last.set(id, position);
    position += 1;
  }
  return last;
}
