import { lazy, Suspense, useState } from "react";
import { useShortcuts } from "../keys.js";
import { Icon } from "../parts/icon.js";

const load = () => import("./finder-input.js");
const FinderInput = lazy(() => load().then((m) => ({ default: m.FinderInput })));

/** Finds a machine, a plan or a repo by a part of its name. Loaded when somebody reaches for it. */
export function Finder() {
  const [wanted, setWanted] = useState(false);
  useShortcuts([{ keys: "/", does: "Find a machine, plan or repo", run: () => setWanted(true) }]);
  const closed = (
    <button
      type="button"
      className="find"
      aria-label="Find a machine, plan or repo"
      aria-keyshortcuts="/"
      onPointerEnter={() => void load()}
      onFocus={() => void load()}
      onClick={() => setWanted(true)}
    >
      <Icon name="find" />
      <span>Find</span>
      <kbd>/</kbd>
    </button>
  );
  if (!wanted) return closed;
  return (
    <Suspense fallback={closed}>
      <FinderInput onDone={() => setWanted(false)} />
    </Suspense>
  );
}
