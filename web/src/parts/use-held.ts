import { type PointerEventHandler, useEffect, useRef, useState } from "react";
import { inPlace } from "./in-place.js";

/** Whoever has not moved for so long is reading something else, or looks at a screen on a wall. */
const HELD_MS = 10_000;

interface Hold {
  readonly onPointerMove: PointerEventHandler;
  readonly onPointerLeave: PointerEventHandler;
}

/**
 * A list that keeps its order while the pointer moves over it: what is in it changes where it stands, what is new waits,
 * and only what is gone for good leaves. A change of `view`, which somebody asked for, is shown at once.
 */
export function useHeld<T>(
  list: readonly T[],
  keyOf: (item: T) => string,
  view: string,
): readonly [readonly T[], Hold] {
  const [holding, setHolding] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const shown = useRef<{ readonly list: readonly T[]; readonly view: string }>({ list, view });
  useEffect(() => () => clearTimeout(timer.current), []);
  const release = () => {
    clearTimeout(timer.current);
    setHolding(false);
  };
  const hold: Hold = {
    onPointerMove: ({ pointerType }) => {
      if (pointerType === "touch") return;
      clearTimeout(timer.current);
      timer.current = setTimeout(release, HELD_MS);
      setHolding(true);
    },
    onPointerLeave: release,
  };
  const held = holding && shown.current.view === view ? inPlace(shown.current.list, list, keyOf) : list;
  useEffect(() => {
    shown.current = { list: held, view };
  });
  return [held, hold];
}
