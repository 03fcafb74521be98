import { useRef, useState } from "react";
import { steady } from "./steady.js";

/** Keeps a list from moving under the pointer or the focus. */
export function useSteady(wanted: readonly string[]) {
  const [held, setHeld] = useState(false);
  const before = useRef<readonly string[]>([]);
  const now = steady(before.current, wanted, held);
  before.current = now.shown;
  return {
    ...now,
    release: () => setHeld(false),
    /** For what encloses the list. */
    hold: {
      onPointerEnter: () => setHeld(true),
      onPointerLeave: () => setHeld(false),
      onFocus: () => setHeld(true),
      onBlur: () => setHeld(false),
    },
  };
}
