import { type KeyboardEventHandler, type PointerEventHandler, useCallback, useEffect, useRef, useState } from "react";

/** Whoever has not moved for so long is reading something else, or looks at a screen on a wall. */
const READING_MS = 10_000;
const TOP_PX = 16;

export interface Reading {
  /** What comes must not push what is there: the page is scrolled, or somebody is at work in the list. */
  readonly reading: boolean;
  readonly hold: {
    readonly onPointerMove: PointerEventHandler;
    readonly onPointerLeave: PointerEventHandler;
    readonly onKeyDown: KeyboardEventHandler;
  };
}

export function useReading(): Reading {
  const [atTop, setAtTop] = useState(() => scrollY <= TOP_PX);
  const [active, setActive] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const rest = useCallback(() => {
    clearTimeout(timer.current);
    setActive(false);
  }, []);
  const act = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(rest, READING_MS);
    setActive(true);
  }, [rest]);
  useEffect(() => {
    let was = scrollY;
    const scrolled = () => {
      setAtTop(scrollY <= TOP_PX);
      // Who has just come back to the top wants to read what is there.
      if (was > TOP_PX && scrollY <= TOP_PX) act();
      was = scrollY;
    };
    addEventListener("scroll", scrolled, { passive: true });
    return () => {
      removeEventListener("scroll", scrolled);
      clearTimeout(timer.current);
    };
  }, [act]);
  return {
    reading: !atTop || active,
    hold: {
      onPointerMove: ({ pointerType }) => pointerType !== "touch" && act(),
      onPointerLeave: rest,
      onKeyDown: act,
    },
  };
}
