import type { DestinationStream } from "pino";

/** Turns pino's JSON lines into lines for people: time, level, message, fields. */
export function prettyLines(destination: DestinationStream): DestinationStream {
  return { write: (line: string) => destination.write(prettyLine(line)) };
}

export function prettyLine(line: string): string {
  const entry: unknown = JSON.parse(line);
  if (typeof entry !== "object" || entry === null) return line;
  const { time, level, msg, err, ...fields } = Object.fromEntries(Object.entries(entry));
  const words = [clock(time), String(level).toUpperCase().padEnd(5), plain(String(msg ?? ""))];
  for (const [name, value] of Object.entries(fields)) words.push(`${name}=${shown(value)}`);
  if (typeof err === "object" && err !== null && "message" in err) words.push(`(${plain(String(err.message))})`);
  return `${words.join(" ")}\n`;
}

function clock(time: unknown): string {
  return typeof time === "string" ? time.slice(11, 19) : "";
}

function shown(value: unknown): string {
  return typeof value === "string" && /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value);
}

/** A peer chooses its name and some error texts: nothing of that may steer the terminal. */
export function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this takes out
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, " ");
}
