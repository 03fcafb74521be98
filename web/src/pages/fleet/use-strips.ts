import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { FleetService } from "../../../../gen/hub/v1/fleet_pb.js";
import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { onHealed } from "../../live/live.js";
import { DAY_MS, endedSince, NO_STRIPS, type Strips, withDays } from "./strips.js";

/** Backups end in bursts, at full hours. */
const GATHER_MS = 300;
/** More machines than this are asked for all at once. */
const MOST_BY_NAME = 100;

export interface StripsState {
  readonly strips: Strips;
  /** Days are on their way for the first time. */
  readonly loading: boolean;
  readonly error: unknown;
  readonly retry: () => void;
}

/** Days of all plans: all of them at first, when a day has begun and after a gap; of one machine when its backup ends. */
export function useStrips(machines: ReadonlyMap<string, InstanceHealth>, nowMs: number): StripsState {
  const transport = useTransport();
  const [strips, setStrips] = useState<Strips>();
  const [error, setError] = useState<unknown>();
  const [round, again] = useReducer((n: number) => n + 1, 0);
  // The hub keeps its sums by days of UTC.
  const known = machines.size > 0;
  const today = Math.floor(nowMs / DAY_MS);

  const read = useCallback(
    async (signal: AbortSignal, instanceIds?: readonly string[]) => {
      const input = {
        days: 90,
        resultsOnly: true,
        ...(instanceIds === undefined ? {} : { instanceIds: [...instanceIds] }),
      };
      try {
        const days = await callUnaryMethod(transport, FleetService.method.getHistory, input, { signal });
        if (signal.aborted) return;
        setStrips((old) => withDays(old ?? NO_STRIPS, days, instanceIds));
        setError(undefined);
      } catch (reason) {
        // Of one machine that has just been removed there is nothing to say.
        if (!signal.aborted && instanceIds === undefined) setError(reason);
      }
    },
    [transport],
  );

  // A new day and a new round are what it is read anew for.
  useEffect(() => {
    // The verdicts come first: the hub makes both, and the days are the lesser of the two.
    if (!known) return undefined;
    const stop = new AbortController();
    void read(stop.signal);
    return () => stop.abort();
  }, [known, read, today, round]);

  useEffect(() => onHealed(again), []);
  useEnded(machines, read);
  return { strips: strips ?? NO_STRIPS, loading: strips === undefined && error === undefined, error, retry: again };
}

function useEnded(
  machines: ReadonlyMap<string, InstanceHealth>,
  read: (signal: AbortSignal, instanceIds?: readonly string[]) => Promise<void>,
): void {
  const before = useRef<ReadonlyMap<string, InstanceHealth>>(undefined);
  const waiting = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const stop = useRef<AbortController>(undefined);
  useEffect(() => {
    stop.current = new AbortController();
    return () => {
      stop.current?.abort();
      clearTimeout(timer.current);
      timer.current = undefined;
    };
  }, []);
  useEffect(() => {
    const old = before.current;
    if (machines.size === 0) return;
    before.current = machines;
    if (old === undefined || old === machines) return;
    for (const id of endedSince(old, machines)) waiting.current.add(id);
    if (waiting.current.size === 0) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      const ids = [...waiting.current];
      waiting.current.clear();
      if (stop.current !== undefined) void read(stop.current.signal, ids.length > MOST_BY_NAME ? undefined : ids);
    }, GATHER_MS);
  }, [machines, read]);
}
