import { HERE, type Where } from "./where.js";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;

/** Bytes in binary units as restic prints them, three digits: `740 MiB`, `1.2 GiB`. */
export function size(bytes: number | bigint): string {
  let value = Number(bytes);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits).replace(/\.0$/, "")} ${UNITS[unit] ?? ""}`;
}

/** A number with the reader's grouping: `1,204`. */
export function count(value: number | bigint, { locale }: Where = HERE): string {
  return value.toLocaleString(locale);
}

/** `1 machine`, `7 machines`. */
export function many(value: number, one: string, more = `${one}s`, where: Where = HERE): string {
  return `${count(value, where)} ${value === 1 ? one : more}`;
}

/** A part of one, without decimals: `62 %`. What has not ended is never shown as all of it. */
export function percent(fraction: number): string {
  const whole = Math.floor((fraction || 0) * 100);
  return `${Math.max(0, Math.min(fraction >= 1 ? 100 : 99, whole))} %`;
}
