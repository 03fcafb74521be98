import { type FocusEvent, type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from "react";
import { useShortcuts } from "../../keys.js";
import type { TableFocus } from "../../parts/window-table.js";
import { drawnRows } from "./drawn-rows.js";
import { type HistoryRow, indexOfOperation } from "./rows.js";
import type { ChangeView } from "./use-view.js";

const PAGE = 15;

interface RowFocusParts {
  readonly table: RefObject<HTMLTableElement | null>;
  readonly rows: readonly HistoryRow[];
  /** Whose detail is open. */
  readonly open: bigint | undefined;
  readonly change: ChangeView;
}

interface OperationFocus extends TableFocus {
  readonly toOperation: (id: bigint) => void;
}

/** The row that has the focus, or would have it; while a detail is open, it follows. */
export function useRowFocus({ table, rows, open, change }: RowFocusParts): OperationFocus {
  const [active, setActive] = useState<bigint | undefined>(open);
  const scrollTo = useRef<(index: number) => void>(undefined);
  const wanted = useRef(false);
  const activeIndex = indexOfOperation(rows, active);

  useLayoutEffect(() => {
    if (!wanted.current) return;
    wanted.current = false;
    table.current?.querySelector<HTMLElement>(`tr[data-index="${activeIndex}"]`)?.focus({ preventScroll: true });
  });

  const goTo = (index: number) => {
    const row = rows[index];
    if (row?.kind !== "operation") return;
    wanted.current = true;
    setActive(row.operation.id);
    scrollTo.current?.(index);
    if (open !== undefined) change({ operation: row.operation.id });
  };
  /** So many operations further; heads of days are passed over. */
  const move = (by: number) => {
    const step = Math.sign(by);
    let at = activeIndex;
    let left = Math.abs(by);
    for (let n = activeIndex + step; n >= 0 && n < rows.length && left > 0; n += step) {
      if (rows[n]?.kind !== "operation") continue;
      at = n;
      left -= 1;
    }
    goTo(at);
  };
  const openActive = () => active !== undefined && change({ operation: active }, true);

  const steps: Readonly<Record<string, () => void>> = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    PageDown: () => move(PAGE),
    PageUp: () => move(-PAGE),
    Home: () => goTo(rows.findIndex(({ kind }) => kind === "operation")),
    End: () => goTo(rows.length - 1),
    Enter: () => openActive(),
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    step();
  };
  const onFocus = ({ target }: FocusEvent<HTMLElement>) => {
    const row = rows[Number(target.closest<HTMLElement>("tr[data-index]")?.dataset["index"] ?? -1)];
    if (row?.kind === "operation") setActive(row.operation.id);
  };

  useShortcuts([
    { keys: "j", does: "Next operation", run: () => move(1) },
    { keys: "k", does: "Operation before", run: () => move(-1) },
  ]);

  return {
    onKeyDown,
    onFocus,
    toOperation: (id) => {
      const index = indexOfOperation(rows, id);
      if (index === -1) return;
      wanted.current = true;
      setActive(id);
      scrollTo.current?.(index);
    },
    onMove: (scroll) => {
      scrollTo.current = scroll;
    },
    drawn: (inSight) => drawnRows(inSight, rows, activeIndex),
    stopOf: (drawn) =>
      drawn.includes(activeIndex) ? activeIndex : (drawn.find((n) => rows[n]?.kind === "operation") ?? -1),
  };
}
