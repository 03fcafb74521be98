import { isAbsolute, join, resolve } from "node:path";
import { type Networks, parseNetworks } from "../networks.js";

/** Where a value was read: what `~` and a relative path are relative to. */
export interface Place {
  readonly home: string;
  readonly base: string;
}

/** The part of a value that is not accepted. */
export class NotAccepted {
  readonly culprit: string;

  constructor(culprit: string) {
    this.culprit = culprit;
  }
}

/** How the text of a setting becomes its value. */
export interface Kind<T> {
  /** Stands for the value in help texts; empty for a switch. */
  readonly placeholder: string;
  /** What is accepted, as the end of a sentence "accepted is …". */
  readonly accepts: string;
  /** A list is given separated by commas, as a flag several times, or as an array in the file. */
  readonly list?: true;
  parse(text: string, place: Place): T | NotAccepted;
}

/** Where the hub listens; without a host on every address of the machine. */
export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

export function listenAddress(): Kind<ListenAddress> {
  return {
    placeholder: "HOST:PORT",
    accepts: "HOST:PORT, [IPv6]:PORT, or :PORT for every address of this machine (port 0 to 65535)",
    parse: (text) => {
      const match = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([A-Za-z0-9._-]*)):(\d{1,5})$/.exec(text);
      const port = Number(match?.[3]);
      if (match === null || port > 65535) return new NotAccepted(text);
      return Object.freeze({ host: match[1] ?? (match[2] || undefined), port });
    },
  };
}

const DURATION_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds, written as `250ms`, `20s`, `5m`, `24h` or `7d`; `min` and `max` in the same notation. */
export function duration(min: string, max: string): Kind<number> {
  return measure("DURATION", "a duration such as 250ms, 20s, 5m or 24h", DURATION_MS, min, max);
}

const SIZE_BYTES: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** Bytes, written as `16KiB`, `32MiB` or `1GiB`; `min` and `max` in the same notation. */
export function size(min: string, max: string): Kind<number> {
  return measure("SIZE", "a size such as 16KiB, 32MiB or 1GiB", SIZE_BYTES, min, max);
}

function measure(
  placeholder: string,
  what: string,
  units: Readonly<Record<string, number>>,
  min: string,
  max: string,
): Kind<number> {
  const read = (text: string): number => {
    const match = /^(\d{1,9})\s?([A-Za-z]+)$/.exec(text);
    return match === null ? Number.NaN : Number(match[1]) * (units[match[2] ?? ""] ?? Number.NaN);
  };
  const [low, high] = [read(min), read(max)];
  return {
    placeholder,
    accepts: `${what}, from ${min} to ${max}`,
    parse: (text) => {
      const value = read(text);
      return value >= low && value <= high ? value : new NotAccepted(text);
    },
  };
}

export function wholeNumber(min: number, max: number): Kind<number> {
  return {
    placeholder: "NUMBER",
    accepts: `a whole number from ${min} to ${max}`,
    parse: (text) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value >= min && value <= max ? value : new NotAccepted(text);
    },
  };
}

const SWITCH: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  "1": true,
  false: false,
  no: false,
  "0": false,
};

export function onOff(): Kind<boolean> {
  return {
    placeholder: "",
    accepts: "true or false",
    parse: (text) => SWITCH[text.toLowerCase()] ?? new NotAccepted(text),
  };
}

export function oneOf<const T extends string>(...values: readonly T[]): Kind<T> {
  return {
    placeholder: values.join("|"),
    accepts: `one of ${values.join(", ")}`,
    parse: (text) => values.find((value) => value === text) ?? new NotAccepted(text),
  };
}

/** An absolute path. `~/` is the home directory; a relative path counts from the working directory or the file's. */
export function path(): Kind<string> {
  return {
    placeholder: "PATH",
    accepts: "a path",
    parse: (text, place) => {
      if (text === "" || text.includes("\0")) return new NotAccepted(text);
      if (text === "~" || text.startsWith("~/")) return join(place.home, text.slice(1));
      return isAbsolute(text) ? text : resolve(place.base, text);
    },
  };
}

/** Networks and how they were written. */
export interface NamedNetworks extends Networks {
  readonly texts: readonly string[];
}

export function networks(): Kind<NamedNetworks> {
  return {
    placeholder: "CIDR,…",
    accepts: "networks such as 10.8.0.0/24 or fd00::/8, or single addresses, separated by commas",
    list: true,
    parse: (text) => {
      const parts = split(text);
      const culprit = parts.find((part) => !isNetwork(part));
      return culprit === undefined
        ? Object.freeze({ ...parseNetworks(parts), texts: parts })
        : new NotAccepted(culprit);
    },
  };
}

function isNetwork(text: string): boolean {
  try {
    parseNetworks([text]);
    return true;
  } catch {
    return false;
  }
}

/** Origins of web pages, as a browser sends them. */
export function origins(): Kind<readonly string[]> {
  return {
    placeholder: "ORIGIN,…",
    accepts: "origins such as https://backup.example.org, separated by commas, or * for every page",
    list: true,
    parse: (text) => {
      const parts = split(text);
      const culprit = parts.find((part) => part !== "*" && !isOrigin(part));
      return culprit === undefined ? Object.freeze(parts) : new NotAccepted(culprit);
    },
  };
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/** The name of a header, in lower case. */
export function headerName(): Kind<string> {
  return {
    placeholder: "HEADER",
    accepts: "the name of a header such as X-Forwarded-User",
    parse: (text) => (/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(text) ? text.toLowerCase() : new NotAccepted(text)),
  };
}

/** What the members of a group may do. */
export interface GroupRole {
  readonly group: string;
  readonly role: "viewer" | "operator" | "admin";
}

export function groupRoles(): Kind<readonly GroupRole[]> {
  return {
    placeholder: "GROUP=ROLE,…",
    accepts:
      "groups with their roles, such as backup-admins=admin,staff=viewer; * is every user, the roles are viewer, operator and admin",
    list: true,
    parse: (text) => {
      const parts = split(text);
      const rules = parts.map((part): GroupRole | undefined => {
        const [, group = "", role] = /^([^=|]+)=(viewer|operator|admin)$/.exec(part) ?? [];
        return role === "viewer" || role === "operator" || role === "admin" ? { group: group.trim(), role } : undefined;
      });
      const culprit = parts.find((_, index) => rules[index] === undefined);
      return culprit === undefined
        ? Object.freeze(rules.filter((rule) => rule !== undefined))
        : new NotAccepted(culprit);
    },
  };
}

function split(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
