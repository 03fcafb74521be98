import { useState } from "react";
import { useShortcuts } from "../keys.js";
import { Icon } from "../parts/icon.js";
import { ahead, late } from "../parts/late.js";

const load = () => import("./finder-input.js").then((m) => m.FinderInput);
const FinderInput = late(load, () => <Closed />);

/** Finds a machine, a plan or a repo by a part of its name. Loaded when somebody reaches for it. */
export function Finder() {
  const [wanted, setWanted] = useState(false);
  useShortcuts([{ keys: "/", does: "Find a machine, plan or repo", run: () => setWanted(true) }]);
  return wanted ? <FinderInput onDone={() => setWanted(false)} /> : <Closed onOpen={() => setWanted(true)} />;
}

function Closed({ onOpen }: { readonly onOpen?: () => void }) {
  return (
    <button
      type="button"
      className="find"
      aria-label="Find a machine, plan or repo"
      aria-keyshortcuts="/"
      onPointerEnter={() => ahead(load)}
      onFocus={() => ahead(load)}
      onClick={onOpen}
    >
      <Icon name="find" />
      <span>Find</span>
      <kbd>/</kbd>
    </button>
  );
}
