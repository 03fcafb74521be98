import { useState, useSyncExternalStore } from "react";
import { late } from "./late.js";

const ToastList = late(() => import("./toast-list.js").then((m) => m.ToastList));

export interface Said {
  readonly text: string;
  /** How to take it back. */
  readonly undo: Undo | undefined;
}

export interface Undo {
  readonly label: string;
  /** What it throws is said in the place of the toast. */
  readonly run: () => Promise<unknown>;
}

let queue: readonly Said[] = [];
const listeners = new Set<() => void>();

function set(next: readonly Said[]): void {
  queue = next;
  for (const listener of listeners) listener();
}

/** Says that something was done, for a few seconds. What failed is said where it was asked for, and stays. */
export function said(text: string, undo?: Undo): void {
  set([...queue, { text, undo }]);
}

/** Where it is said. Loaded when there is something to say. */
export function Toasts() {
  const waiting = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => queue,
  );
  const ever = useEver(waiting.length > 0);
  if (!ever) return null;
  return <ToastList waiting={waiting} taken={() => set([])} />;
}

/** Whether something was so at any time. */
function useEver(now: boolean): boolean {
  const [ever, setEver] = useState(now);
  if (now && !ever) setEver(true);
  return ever;
}
