import { useCallback, useMemo } from "react";
import { useSearchParams } from "wouter";
import { type FleetView, readView, writeView } from "./view.js";

export type ChangeView = (change: Partial<FleetView>) => void;

/** What the address says is shown, and how to change it. */
export function useView(): readonly [FleetView, ChangeView] {
  const [params, setParams] = useSearchParams();
  const view = useMemo(() => readView(params), [params]);
  const change = useCallback<ChangeView>(
    (next) => setParams((now) => writeView({ ...readView(now), ...next }), { replace: true }),
    [setParams],
  );
  return [view, change];
}
