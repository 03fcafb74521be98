import { useCallback, useMemo } from "react";
import { useSearchParams } from "wouter";
import { type HistoryView, readView, writeView } from "./view.js";

/** @param push whether the browser's "back" leads to what was shown before */
export type ChangeView = (change: Partial<HistoryView>, push?: boolean) => void;

/** What the address says is shown, and how to change it. */
export function useView(): readonly [HistoryView, ChangeView] {
  const [params, setParams] = useSearchParams();
  const view = useMemo(() => readView(params), [params]);
  const change = useCallback<ChangeView>(
    (next, push = false) => setParams((now) => writeView({ ...readView(now), ...next }), { replace: !push }),
    [setParams],
  );
  return [view, change];
}
