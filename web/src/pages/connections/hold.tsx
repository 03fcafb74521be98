import { createContext, type ReactNode, useContext, useMemo, useRef, useState } from "react";
import { type Steady, steady } from "./steady.js";

interface Holding {
  readonly held: boolean;
  readonly release: () => void;
}

const HoldContext = createContext<Holding>({ held: false, release: () => {} });

/** As long as somebody points at something in it, or has the focus there, no list in it grows or changes its order. */
export function Hold({ children }: { readonly children: ReactNode }) {
  const [held, setHeld] = useState(false);
  const holding = useMemo(() => ({ held, release: () => setHeld(false) }), [held]);
  return (
    <div
      className="stack hold"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <HoldContext value={holding}>{children}</HoldContext>
    </div>
  );
}

/**
 * Keeps a list from moving under the pointer or the focus.
 * @param scope what narrows the list: when somebody changes that, it shows what they want
 */
export function useSteady(wanted: readonly string[], scope: string): Steady {
  const { held } = useContext(HoldContext);
  const before = useRef<{ readonly scope: string; readonly shown: readonly string[] }>({ scope, shown: [] });
  const same = before.current.scope === scope;
  const now = steady(same ? before.current.shown : [], wanted, held);
  before.current = { scope, shown: now.shown };
  return now;
}

/** Shows what waits. In the head of a card, where it moves nothing. */
export function NewOnes({ waiting }: { readonly waiting: number }) {
  const { release } = useContext(HoldContext);
  if (waiting === 0) return null;
  return (
    <button type="button" className="btn btn-quiet" onClick={release}>
      {`${waiting} new: show ${waiting === 1 ? "it" : "them"}`}
    </button>
  );
}
