import { DayResult } from "../../../gen/hub/v1/fleet_pb.js";
import { many } from "./sizes.js";

/** What a cell of a strip shows: height tells, colour repeats it. */
export type CellKind = "ok" | "warn" | "fail" | "miss" | "none" | "run";

const KINDS: Readonly<Partial<Record<DayResult, CellKind>>> = {
  [DayResult.OK]: "ok",
  [DayResult.WARNING]: "warn",
  [DayResult.FAILED]: "fail",
  [DayResult.MISSED]: "miss",
  [DayResult.NONE]: "none",
};

/** Width of a cell and of the gap behind it, in the drawing's own units. */
const CELL = 3;
const STEP = 4;
export const STRIP_HEIGHT = 20;

export function stripWidth(days: number): number {
  return Math.max(1, days * STEP - 1);
}

/** One path for each kind that is there. Days before the first backup are blank. */
export function stripPaths(results: readonly DayResult[], runningToday: boolean): ReadonlyMap<CellKind, string> {
  const paths = new Map<CellKind, string>();
  const add = (kind: CellKind, path: string) => paths.set(kind, (paths.get(kind) ?? "") + path);
  for (const [day, result] of results.entries()) {
    const kind = runningToday && day === results.length - 1 ? "run" : KINDS[result];
    if (kind !== undefined) add(kind, shape(kind, day * STEP));
  }
  return paths;
}

function shape(kind: CellKind, x: number): string {
  const bar = (y: number, height: number) => `M${x} ${y}h${CELL}v${height}h-${CELL}z`;
  switch (kind) {
    case "ok":
    case "run":
      return bar(5, 12);
    case "warn":
      return bar(5, 12) + bar(0, 3);
    case "fail":
      return bar(0, 20);
    case "miss":
      return bar(14, 6);
    case "none":
      return bar(16, 1);
  }
}

/** A strip in words: "90 days: 84 good, 3 with warnings, 2 failed, 1 missed". */
export function stripWords(results: readonly DayResult[], runningToday: boolean): string {
  const number = (result: DayResult) => results.filter((one) => one === result).length;
  const parts = [
    [number(DayResult.OK), "good"],
    [number(DayResult.WARNING), "with warnings"],
    [number(DayResult.FAILED), "failed"],
    [number(DayResult.MISSED), "missed"],
  ] as const;
  const said = parts.filter(([n]) => n > 0).map(([n, words]) => `${n} ${words}`);
  const running = runningToday ? ["one runs now"] : [];
  return `${many(results.length, "day")}: ${[...said, ...running].join(", ") || "no backup"}`;
}
