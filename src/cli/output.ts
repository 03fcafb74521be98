import { plain } from "../logging/pretty.js";
import type { CliContext } from "./context.js";

/** Rows under their headings, as wide as their content; the last column is not padded. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows].map((row) => row.map((cell) => plain(cell)));
  const widths = headings.map((_, column) => Math.max(...lines.map((row) => lengthOf(row[column] ?? ""))));
  return lines
    .map((row) => row.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - lengthOf(cell))).join("  "))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

export function printJson(context: CliContext, value: unknown): void {
  context.out(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** How long ago, in the largest fitting unit; empty for never. */
export function ago(ms: number | undefined, now = Date.now()): string {
  if (ms === undefined || ms === 0) return "never";
  const seconds = Math.max(0, Math.round((now - ms) / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h ago` : `${Math.floor(seconds / 86_400)} days ago`;
}

/** A moment to the second, as all commands print it: `2026-11-25T14:13:42Z`; the number itself where it is no time. */
export function instant(ms: number): string {
  const at = new Date(ms);
  return Number.isNaN(at.getTime()) ? String(ms) : at.toISOString().replace(/\.\d+Z$/, "Z");
}

/** In binary units, as restic prints them: `740 MiB`, `1.2 GiB`. */
export function binarySize(bytes: bigint): string {
  const power = Math.min(UNITS.length - 1, Math.floor((bytes.toString(2).length - 1) / 10));
  const value = Number(bytes) / 1024 ** power;
  // 1023.7 of a unit would be shown as 1024 of it.
  if (power < UNITS.length - 1 && Math.round(value) >= 1024) return `1.0 ${UNITS[power + 1] ?? ""}`;
  return `${power > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[power] ?? ""}`;
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

function lengthOf(text: string): number {
  return Array.from(text).length;
}
