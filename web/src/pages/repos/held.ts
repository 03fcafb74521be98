import { useEffect, useMemo, useState } from "react";

/** So far down nothing of a list's top is read any more, and what comes there would push what is. */
const TOP_PX = 80;

export interface Held<T> {
  readonly shown: readonly T[];
  /** How many new ones are held back. */
  readonly waiting: number;
  readonly show: () => void;
}

/**
 * A list that grows at its top: what is new waits while somebody reads further down. What is known already is always
 * shown as it is now.
 */
export function useHeld<T>(items: readonly T[], keyOf: (item: T) => string): Held<T> {
  const [known, setKnown] = useState<ReadonlySet<string>>();
  const keys = items.map(keyOf);
  const isNew = known !== undefined && keys.some((key) => !known.has(key));
  const firstKnown =
    known === undefined
      ? 0
      : Math.max(
          0,
          keys.findIndex((key) => known.has(key)),
        );
  const hold = isNew && firstKnown > 0 && scrollY > TOP_PX;
  const joined = keys.join("\n");
  // The keys as text say when there are others.
  useEffect(() => {
    if (!hold && keys.length > 0) setKnown(new Set(keys));
  }, [joined, hold]);
  const shown = useMemo(() => (hold ? items.slice(firstKnown) : items), [hold, items, firstKnown]);
  return { shown, waiting: hold ? firstKnown : 0, show: () => setKnown(new Set(keys)) };
}
