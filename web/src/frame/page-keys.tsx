import { useState } from "react";
import { useLocation } from "wouter";
import { activeShortcuts, useShortcuts, useSingleKeysOff } from "../keys.js";
import { Sheet } from "../parts/sheet.js";
import { PAGES } from "./pages.js";

/** The keys that work on every page, and the list of all that work on this one. */
export function PageKeys() {
  const [, navigate] = useLocation();
  const [open, setOpen] = useState(false);
  const [off, setOff] = useSingleKeysOff();
  useShortcuts([
    ...PAGES.map(({ letter, name, path }) => ({
      keys: `g ${letter}`,
      does: `Go to ${name}`,
      run: () => navigate(path),
    })),
    { keys: "?", does: "Show this list", run: () => setOpen(true) },
  ]);
  return (
    <Sheet open={open} onClose={() => setOpen(false)} title="Keys">
      <dl className="kv">
        {open &&
          activeShortcuts().map(({ keys, does }) => (
            <div key={keys} className="key-row">
              <dt>
                {keys.split(" ").map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
      </dl>
      <label className="check">
        <input type="checkbox" checked={!off} onChange={(event) => setOff(!event.target.checked)} />
        <span>Single keys do something in this browser</span>
      </label>
    </Sheet>
  );
}
