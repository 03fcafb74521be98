/** The name that was probably meant, if one is close enough. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  // Two slips in a short name, three in a long one: beyond that a suggestion only misleads.
  let least = name.length <= 6 ? 2 : 3;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance > least || (distance === least && best !== undefined)) continue;
    least = distance;
    best = candidate;
  }
  return best;
}

/** Letters to insert, delete or exchange until one text is the other. */
function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const exchange = (above[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(exchange, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[to.length] ?? 0;
}
