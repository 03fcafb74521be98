import { defaultRangeExtractor, type Range } from "@tanstack/react-virtual";
import {
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { useLocation } from "wouter";
import { machinePath } from "../../frame/pages.js";
import { useShortcuts } from "../../keys.js";
import { ask } from "../../machine/asked.js";
import type { TableFocus } from "../../parts/window-table.js";
import { useMay } from "../../session/session.js";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import type { FleetRow } from "./rows.js";

const PAGE = 15;

/** The row that has the focus, or would have it: it stays drawn, and is the one tab stop of its table. */
export function useRowFocus(table: RefObject<HTMLTableElement | null>, rows: readonly FleetRow[]): TableFocus {
  const [, navigate] = useLocation();
  const { may } = useMay(Role.OPERATOR);
  const [active, setActive] = useState<string>();
  const scrollTo = useRef<(index: number) => void>(undefined);
  const wanted = useRef(false);
  const activeIndex = active === undefined ? -1 : rows.findIndex(({ key }) => key === active);

  const focusRow = (index: number) =>
    table.current?.querySelector<HTMLElement>(`tr[data-index="${index}"]`)?.focus({ preventScroll: true });

  useLayoutEffect(() => {
    // A row that was not drawn is by now.
    if (!wanted.current) return;
    wanted.current = false;
    focusRow(activeIndex);
  });

  const move = (index: number) => {
    const to = Math.max(0, Math.min(rows.length - 1, index));
    const row = rows[to];
    if (row === undefined) return;
    scrollTo.current?.(to);
    if (row.key === active) return focusRow(to);
    wanted.current = true;
    setActive(row.key);
  };
  const toHead = () => table.current?.querySelector<HTMLElement>('th:not([aria-sort="none"]) [data-sort]')?.focus();
  const open = (index: number) => {
    const row = rows[index];
    if (row?.kind === "plan") navigate(machinePath(row.machine.instanceId));
  };

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof HTMLElement ? event.target : undefined;
    const inHead = target?.closest("thead") !== null && target?.closest("thead") !== undefined;
    const steps: Readonly<Record<string, () => void>> = inHead
      ? { ArrowDown: () => move(0), ArrowLeft: () => beside(target, -1), ArrowRight: () => beside(target, 1) }
      : {
          ArrowDown: () => move(activeIndex + 1),
          ArrowUp: () => (activeIndex <= 0 ? toHead() : move(activeIndex - 1)),
          ArrowRight: () => within(target, 1),
          ArrowLeft: () => within(target, -1),
          PageDown: () => move(activeIndex + PAGE),
          PageUp: () => move(activeIndex - PAGE),
          Home: () => move(0),
          End: () => move(rows.length - 1),
          ...(target?.tagName === "TR" ? { Enter: () => open(activeIndex) } : {}),
        };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    step();
  };

  const onFocus = ({ target }: FocusEvent<HTMLElement>) => {
    const index = target.closest<HTMLElement>("tr[data-index]")?.dataset["index"];
    const row = index === undefined ? undefined : rows[Number(index)];
    if (row !== undefined) setActive(row.key);
  };

  useShortcuts([
    { keys: "j", does: "Next row", run: () => move(activeIndex + 1) },
    { keys: "k", does: "Row before", run: () => move(Math.max(0, activeIndex - 1)) },
    {
      keys: "z",
      does: "Snooze the machine",
      run: () => {
        const instanceId = document.activeElement?.closest<HTMLElement>("[data-machine]")?.dataset["machine"];
        if (instanceId !== undefined && may) ask({ change: "snooze", instanceId });
      },
    },
  ]);

  return {
    onKeyDown,
    onFocus,
    onMove: (scroll: (index: number) => void) => {
      scrollTo.current = scroll;
    },
    drawn: useCallback(
      (range: Range) => {
        const drawn = defaultRangeExtractor(range);
        if (activeIndex < 0 || drawn.includes(activeIndex)) return drawn;
        return [...drawn, activeIndex].toSorted((a, b) => a - b);
      },
      [activeIndex],
    ),
    stopOf: (drawn: readonly number[]): number => (drawn.includes(activeIndex) ? activeIndex : (drawn[0] ?? -1)),
  };
}

function beside(target: HTMLElement | undefined, step: number): void {
  const buttons = [...(target?.closest("tr")?.querySelectorAll<HTMLElement>("[data-sort]") ?? [])];
  buttons[buttons.findIndex((one) => one === target) + step]?.focus();
}

/** What can be followed within a row; before the first comes the row itself. */
function within(target: HTMLElement | undefined, step: number): void {
  const row = target?.closest("tr");
  if (row === null || row === undefined) return;
  const stops: HTMLElement[] = [row, ...row.querySelectorAll<HTMLElement>("a, button")];
  stops[stops.findIndex((one) => one === target) + step]?.focus();
}
