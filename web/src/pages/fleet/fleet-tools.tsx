import { useEffect, useState } from "react";
import { Icon } from "../../parts/icon.js";
import type { ChangeView } from "./use-view.js";
import { type FleetView, GROUPINGS, PRESENCES, SORTINGS } from "./view.js";

const TYPING_MS = 150;

/** What is shown of the machines, and how. */
export function FleetTools({ view, change }: { readonly view: FleetView; readonly change: ChangeView }) {
  return (
    <div className="tool">
      <Filter text={view.text} onChange={(text) => change({ text })} />
      <select
        className="input only-phone"
        aria-label="Sort by"
        value={view.sort}
        onChange={({ target }) => {
          const row = SORTINGS.find(({ value }) => value === target.value);
          if (row !== undefined) change({ sort: row.value, descending: row.descending });
        }}
      >
        {SORTINGS.map(({ value, word }) => (
          <option key={value} value={value}>
            Sort: {word.toLowerCase()}
          </option>
        ))}
      </select>
      <select
        className="input"
        aria-label="Group by"
        value={view.group}
        onChange={({ target }) =>
          change({ group: GROUPINGS.find(({ value }) => value === target.value)?.value ?? "none" })
        }
      >
        {GROUPINGS.map(({ value, word }) => (
          <option key={value} value={value}>
            Group: {word}
          </option>
        ))}
      </select>
      <select
        className="input"
        aria-label="Presence"
        value={view.presence ?? ""}
        onChange={({ target }) => change({ presence: PRESENCES.find(({ value }) => value === target.value)?.value })}
      >
        <option value="">Presence: any</option>
        {PRESENCES.map(({ value, word }) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </select>
      {/* A fieldset is for forms. */}
      <div className="seg hide-phone" role="group" aria-label="Density">
        {(["rows", "dense", "map"] as const).map((density) => (
          <button
            key={density}
            type="button"
            aria-pressed={view.density === density}
            onClick={() => change({ density })}
          >
            {{ rows: "Rows", dense: "Dense", map: "Map" }[density]}
          </button>
        ))}
      </div>
    </div>
  );
}

/** The address follows what is typed when a moment has passed: browsers let it change only so often. */
function Filter({ text, onChange }: { readonly text: string; readonly onChange: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  const [sent, setSent] = useState(text);
  if (text !== sent) {
    // Changed from elsewhere: a filter that was lifted, an address that was followed.
    setSent(text);
    setTyped(text);
  }
  useEffect(() => {
    if (typed === sent) return undefined;
    const timer = setTimeout(() => {
      setSent(typed);
      onChange(typed);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, sent, onChange]);
  return (
    <div className="with-icon">
      <Icon name="find" />
      <input
        className="input"
        type="search"
        placeholder="Filter: machine, plan, repo"
        aria-label="Filter machines"
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        onKeyDown={({ key }) => key === "Escape" && setTyped("")}
      />
    </div>
  );
}
