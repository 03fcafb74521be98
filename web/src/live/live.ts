import { workerUrl } from "virtual:worker-url";
import { useEffect, useSyncExternalStore } from "react";
import type { OperationEvent } from "../../../gen/v1/operations_pb.js";
import type { ChangedLists } from "../../../gen/hub/v1/board_pb.js";
import { ROOT } from "../root.js";
import type { FromPage, Link, LiveState, ToPage } from "./messages.js";
import { NOTHING_YET, withChange } from "./reduce.js";
import { BoardStream } from "./stream.js";

interface Listeners {
  readonly state: Set<() => void>;
  readonly operations: Set<(event: OperationEvent) => void>;
  readonly lists: Set<(changed: ChangedLists) => void>;
  readonly healed: Set<() => void>;
  readonly begun: Set<() => void>;
}

const listeners: Listeners = {
  state: new Set(),
  operations: new Set(),
  lists: new Set(),
  healed: new Set(),
  begun: new Set(),
};
let current: LiveState = NOTHING_YET;
let send: ((message: FromPage) => void) | undefined;

let begun = false;

function hold(state: LiveState): void {
  current = state;
  for (const listener of listeners.state) listener();
  if (begun || state.link.state !== "live") return;
  begun = true;
  for (const listener of listeners.begun) listener();
}

function take(message: ToPage): void {
  switch (message.type) {
    case "state":
      return hold(message.state);
    case "change":
      return hold(withChange(current, message.change));
    case "operations":
      for (const listener of listeners.operations) listener(message.event);
      return;
    case "lists":
      for (const listener of listeners.lists) listener(message.changed);
      return;
    case "healed":
      for (const listener of listeners.healed) listener();
  }
}

/** Has what follows the hub loaded, before it is known whether somebody is signed in: a start of its own takes a while. */
export function prepare(): void {
  send ??= typeof SharedWorker === "undefined" ? ownStream() : sharedStream();
}

let following = false;

/** Begins to follow the hub; once for a page, when somebody is signed in. */
export function follow(): void {
  prepare();
  if (following) return send?.({ type: "hello", root: ROOT.href });
  following = true;
  const hello = () => send?.({ type: "hello", root: ROOT.href });
  hello();
  // A page that goes into the browser's memory and comes back is not loaded anew.
  addEventListener("pagehide", () => send?.({ type: "bye" }));
  addEventListener("pageshow", ({ persisted }) => persisted && hello());
  addEventListener("online", () => send?.({ type: "retry" }));
}

export function retryNow(): void {
  send?.({ type: "retry" });
}

function sharedStream(): (message: FromPage) => void {
  const worker = new SharedWorker(workerUrl, { type: "module", name: ROOT.href });
  worker.port.addEventListener("message", ({ data }: MessageEvent<ToPage>) => take(data));
  worker.port.start();
  return (message) => worker.port.postMessage(message);
}

/** Browsers without shared workers have one stream for each tab. */
function ownStream(): (message: FromPage) => void {
  const stream = new BoardStream(ROOT, take);
  return ({ type }) => {
    if (type === "bye") stream.stop();
    else if (type === "retry") stream.retry();
    else {
      take({ type: "state", state: stream.state });
      stream.start();
    }
  };
}

function subscribe(listener: () => void): () => void {
  listeners.state.add(listener);
  return () => listeners.state.delete(listener);
}

/** A part of what is live of the hub; what is picked must be the same object as long as it has not changed. */
export function useLivePart<T>(pick: (state: LiveState) => T): T {
  return useSyncExternalStore(subscribe, () => pick(current));
}

export function useLink(): Link {
  return useLivePart(({ link }) => link);
}

/** Whether changes can be made now: what is shown may be old while the connection is lost. */
export function useIsLive(): boolean {
  return useLivePart(({ link }) => link.state === "live");
}

/** Tells every change of operations; the listener should stay the same from one render to the next. */
export function useOperationEvents(listener: (event: OperationEvent) => void): void {
  useEffect(() => {
    listeners.operations.add(listener);
    return () => void listeners.operations.delete(listener);
  }, [listener]);
}

export function onLists(listener: (changed: ChangedLists) => void): () => void {
  listeners.lists.add(listener);
  return () => listeners.lists.delete(listener);
}

export function onHealed(listener: () => void): () => void {
  listeners.healed.add(listener);
  return () => listeners.healed.delete(listener);
}

/** Tells once that this page follows the hub: what was read before may have changed without a word. */
export function onBegun(listener: () => void): () => void {
  listeners.begun.add(listener);
  return () => listeners.begun.delete(listener);
}
