import { HERE, type Where } from "./where.js";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A time span, rounded down, in one unit: `24 min`, `30 h` up to 48 h, `12 d`. */
export function span(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(0, Math.floor(ms / SECOND_MS))} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  return ms < 2 * DAY_MS ? `${Math.floor(ms / HOUR_MS)} h` : `${Math.floor(ms / DAY_MS)} d`;
}

/** What stands for a time that no calendar has. */
const NO_TIME = "at no known time";
/** As far as a calendar goes, to both sides of 1970. */
const LAST_MS = 8.64e15;

/** Whether a calendar has it: a machine may send any number for a time. */
function isTime(ms: number): boolean {
  return Math.abs(ms) <= LAST_MS;
}

/** For programs, as in `<time datetime>`; undefined where no calendar has it. */
export function isoTime(ms: number): string | undefined {
  return isTime(ms) ? new Date(ms).toISOString() : undefined;
}

/** How long ago: `just now`, `24 min ago`, `12 d ago`. */
export function ago(atMs: number, nowMs: number): string {
  return nowMs - atMs < MINUTE_MS ? "just now" : `${span(nowMs - atMs)} ago`;
}

/** How long something took: `40 s`, `7 min`, `1 h 40 min`. */
export function duration(ms: number): string {
  if (ms < SECOND_MS) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < MINUTE_MS) return `${Math.round(ms / SECOND_MS)} s`;
  const minutes = Math.round(ms / MINUTE_MS);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** A moment near the present, for a sentence: `12:30`, `tomorrow, 03:00`, `yesterday, 22:10`, `Sun, 04:00`, `13 Dec`. */
export function near(atMs: number, nowMs: number, where: Where = HERE): string {
  if (!isTime(atMs)) return NO_TIME;
  const days = dayNumber(atMs, where) - dayNumber(nowMs, where);
  const time = clock(atMs, where);
  if (days === 0) return time;
  if (days === 1) return `tomorrow, ${time}`;
  if (days === -1) return `yesterday, ${time}`;
  if (days > 1 && days < 7) return `${format(atMs, where, { weekday: "short" })}, ${time}`;
  return date(atMs, nowMs, where);
}

/** The same behind a verb: `at 12:30`, `tomorrow, 03:00`. */
export function at(atMs: number, nowMs: number, where: Where = HERE): string {
  return dayNumber(atMs, where) === dayNumber(nowMs, where) ? `at ${clock(atMs, where)}` : near(atMs, nowMs, where);
}

/** A moment in the past, with its day: `today at 07:00`, `Sat 21 Nov, 12:31`. */
export function moment(atMs: number, nowMs: number, where: Where = HERE): string {
  if (!isTime(atMs)) return NO_TIME;
  const days = dayNumber(atMs, where) - dayNumber(nowMs, where);
  if (days === 0) return `today at ${clock(atMs, where)}`;
  if (days === -1) return `yesterday at ${clock(atMs, where)}`;
  if (days === 1) return `tomorrow at ${clock(atMs, where)}`;
  return `${format(atMs, where, { weekday: "short" })} ${date(atMs, nowMs, where)}, ${clock(atMs, where)}`;
}

/** A day: `13 Dec`, with the year where it is another one. */
export function date(atMs: number, nowMs: number, where: Where = HERE): string {
  const sameYear = format(atMs, where, { year: "numeric" }) === format(nowMs, where, { year: "numeric" });
  return format(atMs, where, { day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }) });
}

/** A day as the head of what happened on it: `Today, Tue 24 Nov`, `Sun 22 Nov`. */
export function dayTitle(atMs: number, nowMs: number, where: Where = HERE): string {
  const days = dayNumber(atMs, where) - dayNumber(nowMs, where);
  const known: Readonly<Record<number, string>> = { 0: "Today, ", [-1]: "Yesterday, ", 1: "Tomorrow, " };
  return `${known[days] ?? ""}${format(atMs, where, { weekday: "short" })} ${date(atMs, nowMs, where)}`;
}

/** `07:40`. */
export function clock(atMs: number, where: Where = HERE): string {
  return format(atMs, where, { hour: "2-digit", minute: "2-digit" });
}

/** The whole moment with its zone, for a tooltip. */
export function exact(atMs: number, where: Where = HERE): string {
  return format(atMs, where, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  });
}

/** Days since 1970 in the reader's zone. */
export function dayNumber(atMs: number, where: Where = HERE): number {
  const parts = formatter({ ...where, locale: "en-US" }, { year: "numeric", month: "numeric", day: "numeric" });
  const within = Math.max(-LAST_MS, Math.min(LAST_MS, atMs)) || 0;
  const [month = 1, day = 1, year = 1970] = parts.format(within).split("/").map(Number);
  return Math.round(Date.UTC(year, month - 1, day) / DAY_MS);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making one takes long, and a page of a thousand rows asks for a thousand. */
function formatter({ locale, timeZone }: Where, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([locale, timeZone, options]);
  const known = formatters.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(locale, { ...options, ...(timeZone === undefined ? {} : { timeZone }) });
  formatters.set(key, made);
  return made;
}

function format(atMs: number, where: Where, options: Intl.DateTimeFormatOptions): string {
  return isTime(atMs) ? formatter(where, options).format(atMs) : NO_TIME;
}
