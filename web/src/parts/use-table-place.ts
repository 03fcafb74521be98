import { type RefObject, useLayoutEffect, useState } from "react";

export interface TablePlace {
  /** Where its rows begin in the document, in pixels. */
  readonly top: number;
  /** Pixels of a rem: texts may be enlarged. */
  readonly rem: number;
  readonly phone: boolean;
  /** What covers the rows at the top of the window. */
  readonly headPx: number;
}

const PHONE = "(max-width: 60em)";

/** Where a table stands: what is above it comes and goes. */
export function useTablePlace(table: RefObject<HTMLTableElement | null>): TablePlace {
  const [place, setPlace] = useState<TablePlace>({ top: 0, rem: 16, phone: false, headPx: 0 });
  useLayoutEffect(() => {
    const measure = () => {
      const body = table.current?.tBodies[0];
      if (body === undefined) return;
      const top = Math.round(body.getBoundingClientRect().top + scrollY);
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      const phone = matchMedia(PHONE).matches;
      const head = table.current?.tHead?.clientHeight ?? 0;
      const headPx = (document.querySelector(".topbar")?.clientHeight ?? 0) + head;
      setPlace((old) =>
        old.top === top && old.rem === rem && old.phone === phone && old.headPx === headPx
          ? old
          : { top, rem, phone, headPx },
      );
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    addEventListener("resize", measure);
    return () => {
      observer.disconnect();
      removeEventListener("resize", measure);
    };
  }, [table]);
  return place;
}
