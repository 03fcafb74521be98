import { type Ref, useEffect, useRef, useState } from "react";
import { useShortcuts } from "../keys.js";
import { Icon } from "../parts/icon.js";
import { ahead, late } from "../parts/late.js";

const load = () => import("./finder-input.js").then((m) => m.FinderInput);
const FinderInput = late(load, () => <Closed />);

/** Finds a machine, a plan or a repo by a part of its name. Loaded when somebody reaches for it. */
export function Finder() {
  const [wanted, setWanted] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const from = useRef<Element>(null);
  const goesBack = useRef(false);
  const open = () => {
    from.current = document.activeElement;
    setWanted(true);
  };
  useShortcuts([{ keys: "/", does: "Find a machine, plan or repo", run: open }]);
  useEffect(() => {
    if (wanted || !goesBack.current) return;
    goesBack.current = false;
    const { current } = from;
    if (current instanceof HTMLElement && current.isConnected && current !== document.body) current.focus();
    else button.current?.focus();
  }, [wanted]);
  const done = (back = false) => {
    goesBack.current = back;
    setWanted(false);
  };
  return wanted ? <FinderInput onDone={done} /> : <Closed button={button} onOpen={open} />;
}

interface ClosedProps {
  readonly button?: Ref<HTMLButtonElement>;
  readonly onOpen?: () => void;
}

function Closed({ button, onOpen }: ClosedProps) {
  return (
    <button
      ref={button}
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
