import { type RefObject, useLayoutEffect, useState } from "react";
import { daysIn } from "./strips.js";

/** How many days the strips of a table have room for. */
export function useStripDays(table: RefObject<HTMLTableElement | null>): number {
  const [days, setDays] = useState(90);
  useLayoutEffect(() => {
    const element = table.current;
    if (element === null) return undefined;
    const measure = () => {
      const head = element.querySelector(".c-s");
      // On a phone the heads are not shown, and a strip is as wide as its card.
      const width = head === null || head.clientWidth === 0 ? element.clientWidth - 32 : head.clientWidth - 24;
      setDays(daysIn(width));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [table]);
  return days;
}
