import { useEffect, useRef, useSyncExternalStore } from "react";

const STORED = "single-keys-off";
const SEQUENCE_MS = 1_200;

export interface Shortcut {
  /** As "/", "j", "Escape" or "g f" for two in a row. */
  readonly keys: string;
  /** For the list of shortcuts. */
  readonly does: string;
  readonly run: (event: KeyboardEvent) => void;
}

const active = new Set<readonly Shortcut[]>();
const watchers = new Set<() => void>();
let first: { readonly key: string; readonly atMs: number } | undefined;

function press(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (singleKeysOff() || isTyping(event.target)) return;
  const now = performance.now();
  const sequence = first !== undefined && now - first.atMs < SEQUENCE_MS ? `${first.key} ${event.key}` : undefined;
  // The newest registered first: what is open on a page goes before the page.
  const all = [...active].reverse().flat();
  const found = all.find(({ keys }) => keys === sequence) ?? all.find(({ keys }) => keys === event.key);
  first = found === undefined && sequence === undefined ? { key: event.key, atMs: now } : undefined;
  if (found === undefined) return;
  event.preventDefault();
  found.run(event);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target.matches("input:not([type=checkbox], [type=radio]), textarea, select") ||
    target.closest("[role=dialog], [role=alertdialog], [role=menu]") !== null
  );
}

addEventListener("keydown", press);

/** Offers keys as long as a component is shown. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  const names = shortcuts.map(({ keys, does }) => `${keys}\0${does}`).join("\n");
  // What they do is read when one is pressed.
  useEffect(() => {
    const mine = latest.current.map(({ keys, does }, n) => ({
      keys,
      does,
      run: (event: KeyboardEvent) => latest.current[n]?.run(event),
    }));
    active.add(mine);
    return () => void active.delete(mine);
  }, [names]);
}

/** All keys that do something now, for the list of them. */
export function activeShortcuts(): readonly Shortcut[] {
  return [...active].flat();
}

function singleKeysOff(): boolean {
  return localStorage.getItem(STORED) === "yes";
}

/** Whether single keys are switched off in this browser, and how to change it. */
export function useSingleKeysOff(): readonly [boolean, (off: boolean) => void] {
  const off = useSyncExternalStore((watcher) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }, singleKeysOff);
  const set = (next: boolean) => {
    if (next) localStorage.setItem(STORED, "yes");
    else localStorage.removeItem(STORED);
    for (const watcher of watchers) watcher();
  };
  return [off, set];
}
