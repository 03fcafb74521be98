import { type FunctionComponent, type ReactNode, useEffect, useReducer, useState } from "react";
import { useIsLive } from "../live/live.js";

export interface LateState {
  /** Why it could not be loaded the last time. */
  readonly error: unknown;
  readonly retry: () => void;
}

/** Loads what somebody reaches for; where that fails it is loaded when it is needed. */
export function ahead(load: () => Promise<unknown>): void {
  load().catch(() => {});
}

/**
 * A part that is loaded when it is first shown. While the hub is away it cannot be: then it waits, and is loaded when the
 * connection is back, where React's own `lazy` would take the whole page down with it.
 */
export function late<P extends object>(
  load: () => Promise<FunctionComponent<P>>,
  waiting: (props: P, state: LateState) => ReactNode = () => null,
): FunctionComponent<P> {
  let known: FunctionComponent<P> | undefined;
  return function Late(props: P) {
    const live = useIsLive();
    const [Loaded, setLoaded] = useState(() => known);
    const [error, setError] = useState<unknown>();
    const [tries, retry] = useReducer((n: number) => n + 1, 0);
    // A connection that is back, and a click, are new tries.
    useEffect(() => {
      if (Loaded !== undefined) return undefined;
      let gone = false;
      const get = async () => {
        try {
          const part = await load();
          known = part;
          if (!gone) setLoaded(() => part);
        } catch (reason) {
          if (!gone) setError(reason);
        }
      };
      void get();
      return () => {
        gone = true;
      };
    }, [Loaded, live, tries]);
    return Loaded === undefined ? waiting(props, { error, retry }) : <Loaded {...props} />;
  };
}
