import { useEffect, useRef, useState } from "react";
import { useShortcuts } from "../keys.js";
import { Icon } from "./icon.js";

const SAID_MS = 2_000;

interface CopyButtonProps {
  readonly text: string;
  readonly label?: string;
  /** The one thing to do on the page. */
  readonly primary?: boolean;
  readonly disabled?: boolean;
  /** A key that does the same, as `c`. */
  readonly shortcut?: string;
}

/** Copies a text; says that it did. */
export function CopyButton({ text, label = "Copy", primary = false, disabled = false, shortcut }: CopyButtonProps) {
  const [said, setSaid] = useState<string>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    setSaid((await copyText(text)) ? "Copied" : "Select and copy it by hand");
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setSaid(undefined), SAID_MS);
  };
  useShortcuts(shortcut === undefined || disabled ? [] : [{ keys: shortcut, does: label, run: () => void copy() }]);
  return (
    <button
      type="button"
      className={primary ? "btn btn-primary" : "btn"}
      disabled={disabled}
      aria-keyshortcuts={shortcut}
      onClick={() => void copy()}
    >
      <Icon name={said === "Copied" ? "check" : "copy"} size={14} />
      <span aria-live="polite">{said ?? label}</span>
    </button>
  );
}

/** Browsers have the clipboard only over TLS and on the machine itself; elsewhere there is the old way. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "sr";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
