import { type ReactNode, useState } from "react";
import { count } from "../words/sizes.js";

interface FirstOnesProps<T> {
  readonly of: readonly T[];
  readonly most?: number;
  readonly children: (one: T) => ReactNode;
}

/** The first of a list that has no end of its own, and more of it where somebody asks. */
export function FirstOnes<T>({ of: all, most = 100, children }: FirstOnesProps<T>) {
  const [shown, setShown] = useState(most);
  return (
    <>
      {all.slice(0, shown).map(children)}
      {all.length > shown && (
        <p className="body">
          <button type="button" className="btn" onClick={() => setShown(shown + most)}>
            Show {count(Math.min(most, all.length - shown))} more of {count(all.length)}
          </button>
        </p>
      )}
    </>
  );
}
