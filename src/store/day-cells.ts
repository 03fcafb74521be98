/** How a day's last backup ended; `none` where none did. In a cell by its place in the list. */
export const DAY_RESULTS = ["none", "ok", "warning", "failed"] as const;

export type DayResult = (typeof DAY_RESULTS)[number];

export interface DayCell {
  /** What the day's last backup left. */
  readonly result: DayResult;
  /** When that one began, in Unix milliseconds. */
  readonly lastStartMs: number;
  readonly ok: number;
  readonly warnings: number;
  readonly failed: number;
  /** What backups of the day added to their repos, in bytes. */
  readonly bytesAdded: number;
  /** How long the day's backups took together. */
  readonly durationMs: number;
}

export const EMPTY_CELL: DayCell = {
  result: "none",
  lastStartMs: 0,
  ok: 0,
  warnings: 0,
  failed: 0,
  bytesAdded: 0,
  durationMs: 0,
};

export const DAY_MS = 86_400_000;
/** One cell: result, three counts, bytes, duration and the last start, the latter three as doubles. */
export const CELL_BYTES = 32;
const MAX_COUNT = 0xffff;

/** Cells of days in a row in one buffer: a thousand machines have some hundred thousand of them. */
export class DayCells {
  readonly length: number;
  private readonly view: DataView;

  /** @param bytes a whole number of cells; zeros are days without a backup */
  constructor(readonly bytes: Uint8Array<ArrayBuffer>) {
    this.length = bytes.byteLength / CELL_BYTES;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  static empty(days: number): DayCells {
    return new DayCells(new Uint8Array(days * CELL_BYTES));
  }

  result(day: number): DayResult {
    return DAY_RESULTS[this.view.getUint8(day * CELL_BYTES)] ?? "none";
  }

  /** Of one figure alone, which makes no object: a reader of a fleet asks for some hundred thousand. */
  lastStartMs(day: number): number {
    return this.view.getFloat64(day * CELL_BYTES + 24);
  }

  backups(day: number): number {
    const at = day * CELL_BYTES;
    return this.view.getUint16(at + 2) + this.view.getUint16(at + 4) + this.view.getUint16(at + 6);
  }

  failed(day: number): number {
    return this.view.getUint16(day * CELL_BYTES + 6);
  }

  bytesAdded(day: number): number {
    return this.view.getFloat64(day * CELL_BYTES + 8);
  }

  durationMs(day: number): number {
    return this.view.getFloat64(day * CELL_BYTES + 16);
  }

  get(day: number): DayCell {
    const at = day * CELL_BYTES;
    return {
      result: this.result(day),
      ok: this.view.getUint16(at + 2),
      warnings: this.view.getUint16(at + 4),
      failed: this.view.getUint16(at + 6),
      bytesAdded: this.view.getFloat64(at + 8),
      durationMs: this.view.getFloat64(at + 16),
      lastStartMs: this.view.getFloat64(at + 24),
    };
  }

  set(day: number, cell: DayCell): void {
    const at = day * CELL_BYTES;
    this.view.setUint8(at, DAY_RESULTS.indexOf(cell.result));
    this.view.setUint16(at + 2, Math.min(MAX_COUNT, cell.ok));
    this.view.setUint16(at + 4, Math.min(MAX_COUNT, cell.warnings));
    this.view.setUint16(at + 6, Math.min(MAX_COUNT, cell.failed));
    this.view.setFloat64(at + 8, cell.bytesAdded);
    this.view.setFloat64(at + 16, cell.durationMs);
    this.view.setFloat64(at + 24, cell.lastStartMs);
  }

  /** Adds what another row of the same days has: a plan may have gone to several repos. */
  merge(other: DayCells): void {
    for (let day = 0; day < this.length; day++) {
      if (other.result(day) === "none") continue;
      this.set(day, mergeCells(this.get(day), other.get(day)));
    }
  }
}

/** Two cells of the same day, of backups that are not the same. */
export function mergeCells(a: DayCell, b: DayCell): DayCell {
  const { result, lastStartMs } = laterOf(a, b);
  return {
    result,
    lastStartMs,
    ok: a.ok + b.ok,
    warnings: a.warnings + b.warnings,
    failed: a.failed + b.failed,
    bytesAdded: a.bytesAdded + b.bytesAdded,
    durationMs: a.durationMs + b.durationMs,
  };
}

/** Of two that began at the same time the worse one counts. */
function laterOf(a: DayCell, b: DayCell): DayCell {
  const order = a.lastStartMs - b.lastStartMs || DAY_RESULTS.indexOf(a.result) - DAY_RESULTS.indexOf(b.result);
  return order < 0 ? b : a;
}
