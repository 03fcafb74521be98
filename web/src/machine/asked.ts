import { useSyncExternalStore } from "react";

export type MachineChange = "snooze" | "ignore" | "remove";

/** What somebody is about to do with a machine, from wherever on the page. */
export interface AskedChange {
  readonly change: MachineChange;
  readonly instanceId: string;
}

let asked: AskedChange | undefined;
const listeners = new Set<() => void>();

export function ask(next: AskedChange | undefined): void {
  asked = next;
  for (const listener of listeners) listener();
}

export function useAsked(): AskedChange | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => asked,
  );
}
