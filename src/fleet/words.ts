const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
/** Texts of a machine's are cut to this. */
const MAX_QUOTED = 200;

/** A time span, rounded down, in one unit: `24 min`, `30 h` up to 48 h, `12 d`. */
export function span(ms: number): string {
  if (ms < MINUTE_MS) return "less than a minute";
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  return ms < 2 * DAY_MS ? `${Math.floor(ms / HOUR_MS)} h` : `${Math.floor(ms / DAY_MS)} d`;
}

/** How long ago something was. */
export function ago(atMs: number, nowMs: number): string {
  return nowMs - atMs < MINUTE_MS ? "just now" : `${span(nowMs - atMs)} ago`;
}

/** A period, to the nearest: `every 24 h`, `every 7 d`. */
export function period(ms: number): string {
  if (ms < HOUR_MS) return `${Math.max(1, Math.round(ms / MINUTE_MS))} min`;
  return ms < 2 * DAY_MS ? `${Math.round(ms / HOUR_MS)} h` : `${Math.round(ms / DAY_MS)} d`;
}

/** A moment for a person whose time zone is not known: `Sun 22 Nov, 03:00 UTC`. */
export function moment(ms: number): string {
  const at = new Date(ms);
  const [day, month] = [DAYS[at.getUTCDay()] ?? "", MONTHS[at.getUTCMonth()] ?? ""];
  return `${day} ${at.getUTCDate()} ${month}, ${at.toISOString().slice(11, 16)} UTC`;
}

/** Words of a machine in a sentence: one line, cut, without the full stop at its end. */
export function quoted(text: string): string {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim()
    .replace(/\.$/, "");
  const letters = Array.from(line);
  return letters.length <= MAX_QUOTED ? line : `${letters.slice(0, MAX_QUOTED - 1).join("")}…`;
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
