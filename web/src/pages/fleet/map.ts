import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { count } from "../../words/sizes.js";
import { type Mark, VERDICTS, verdictWords } from "../../words/verdicts.js";
import type { Group } from "./rows.js";

/** A cell and the gap behind it, in the drawing's own units. */
export const CELL = 14;
const MARK = 12;

export interface MapGroup {
  readonly name: string;
  /** The worst first. */
  readonly machines: readonly InstanceHealth[];
  /** All that is not well, in words: "1 overdue, 2 unknown". */
  readonly words: string;
}

export function mapGroups(groups: readonly Group[]): MapGroup[] {
  return groups.map(({ name, wanted }) => {
    const machines = wanted.map(({ machine }) => machine).toSorted((a, b) => a.verdict - b.verdict);
    return { name: name === "" ? "All machines" : name, machines, words: countsOf(machines) };
  });
}

function countsOf(machines: readonly InstanceHealth[]): string {
  const parts = VERDICTS.map(({ verdict, word }) => ({
    n: machines.filter((one) => one.verdict === verdict).length,
    word: word === "OK" ? "OK" : word.toLowerCase(),
  })).filter(({ n }) => n > 0);
  return parts.map(({ n, word }) => `${count(n)} ${word}`).join(", ");
}

export interface MapMark {
  readonly mark: Mark;
  readonly x: number;
  readonly y: number;
  readonly id: string;
}

export interface MapDrawing {
  readonly width: number;
  readonly height: number;
  /** All who are OK in one path; the others have a mark each. */
  readonly ok: string;
  readonly marks: readonly MapMark[];
}

export function drawMap(machines: readonly InstanceHealth[], columns: number): MapDrawing {
  let ok = "";
  const marks: MapMark[] = [];
  for (const [n, machine] of machines.entries()) {
    const [x, y] = [(n % columns) * CELL, Math.floor(n / columns) * CELL];
    const { mark } = verdictWords(machine.verdict);
    if (mark === "ok") ok += `M${x + 1} ${y + 1}h10v10h-10z`;
    else marks.push({ mark, x, y, id: machine.instanceId });
  }
  return {
    width: columns * CELL - (CELL - MARK),
    height: Math.ceil(machines.length / columns) * CELL - (CELL - MARK),
    ok,
    marks,
  };
}

export interface MapPlace {
  readonly group: number;
  readonly cell: number;
}

/** Where an arrow key leads; from the end of a group into the next. */
export function moveInMap(sizes: readonly number[], at: MapPlace, key: string, columns: number): MapPlace {
  const size = sizes[at.group] ?? 0;
  const last = { group: sizes.length - 1, cell: (sizes.at(-1) ?? 1) - 1 };
  const to = (cell: number): MapPlace => {
    if (cell < 0) return at.group === 0 ? at : { group: at.group - 1, cell: (sizes[at.group - 1] ?? 1) - 1 };
    if (cell < size) return { group: at.group, cell };
    return at.group === sizes.length - 1 ? at : { group: at.group + 1, cell: 0 };
  };
  switch (key) {
    case "ArrowRight":
      return to(at.cell + 1);
    case "ArrowLeft":
      return to(at.cell - 1);
    case "ArrowDown":
      return to(at.cell + columns);
    case "ArrowUp":
      return to(at.cell - columns);
    case "Home":
      return { group: 0, cell: 0 };
    case "End":
      return last;
    default:
      return at;
  }
}
