import { useMemo, useRef, useState } from "react";
import { Autocomplete } from "@base-ui/react/autocomplete";
import { useLocation } from "wouter";
import { useLivePart } from "../live/live.js";
import { Icon } from "../parts/icon.js";
import { find, type Found, findable } from "../words/find.js";

interface FinderInputProps {
  /** @param back the focus goes where it was */
  readonly onDone: (back?: boolean) => void;
}

/** Finds a machine, a plan or a repo by a part of its name, and leads to it. */
export function FinderInput({ onDone }: FinderInputProps) {
  const [, navigate] = useLocation();
  const machines = useLivePart((state) => state.machines);
  const all = useMemo(() => findable(machines.values()), [machines]);
  const [text, setText] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const found = useMemo(() => find(all, text), [all, text]);
  const choose = ({ path }: Found) => {
    onDone();
    navigate(path);
  };
  return (
    <Autocomplete.Root
      items={found}
      value={text}
      onValueChange={setText}
      onOpenChange={(open, { reason }) => !open && reason === "outside-press" && onDone()}
      mode="none"
      autoHighlight
      itemToStringValue={(item: Found) => item.name}
    >
      <div className="find" ref={box}>
        <Icon name="find" />
        <Autocomplete.Input
          autoFocus
          onBlur={() => text === "" && onDone()}
          onKeyDown={(event) => event.key === "Escape" && onDone(true)}
          className="find-input"
          placeholder="Find"
          aria-label="Find a machine, plan or repo"
          aria-keyshortcuts="/"
        />
        <kbd aria-hidden="true">/</kbd>
      </div>
      <Autocomplete.Portal>
        <Autocomplete.Positioner className="menu-place" anchor={box} sideOffset={6} align="start">
          <Autocomplete.Popup className="menu found">
            <Autocomplete.Empty className="hint found-none">
              {text === "" ? "Type a part of a name." : `Nothing has “${text}” in its name.`}
            </Autocomplete.Empty>
            <Autocomplete.List>
              {(item: Found) => (
                <Autocomplete.Item
                  key={item.path + item.name}
                  value={item}
                  className="menu-item"
                  onClick={() => choose(item)}
                >
                  <span className="name trunc">{item.name}</span>
                  <span className="dim small">{item.kind}</span>
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Popup>
        </Autocomplete.Positioner>
      </Autocomplete.Portal>
    </Autocomplete.Root>
  );
}
