import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Connection, RefusalCause, RefusedConnection } from "../../../../gen/hub/v1/connections_pb.js";
import type { Knock } from "../../../../gen/hub/v1/peers_pb.js";
import { causeName } from "../../words/refusals.js";

/** What an address narrows the page to. */
export interface Wanted {
  /** A part of a name, an address, a key or a program; in lower case. */
  readonly find: string;
  /** A cause by its name in the address; undefined for all. */
  readonly cause: RefusalCause | undefined;
}

export interface RefusedLists {
  /** Of who has not been connected since, the newest first. */
  readonly open: readonly RefusedConnection[];
  /** Of keys that have a session, or have had one since. */
  readonly settled: readonly RefusedConnection[];
}

export function refusedLists(refused: Iterable<RefusedConnection>, wanted: Wanted): RefusedLists {
  const all = [...refused].filter((entry) => fits(entry, wanted)).toSorted((a, b) => seenMs(b) - seenMs(a));
  return { open: all.filter((one) => !one.settled), settled: all.filter((one) => one.settled) };
}

function fits(entry: RefusedConnection, { find, cause }: Wanted): boolean {
  if (cause !== undefined && entry.cause !== cause) return false;
  const { instanceId, remoteAddress, keyid, clientVersion, userAgent } = entry;
  return has(find, instanceId, remoteAddress, keyid, clientVersion, userAgent, causeName(entry.cause));
}

export function fitsKnock({ instanceId, remoteAddress, keyid }: Knock, find: string): boolean {
  return has(find, instanceId, remoteAddress, keyid);
}

export function fitsSession({ instanceId, remoteAddress, keyid, clientVersion }: Connection, find: string): boolean {
  return has(find, instanceId, remoteAddress, keyid, clientVersion);
}

function has(find: string, ...texts: readonly string[]): boolean {
  return find === "" || texts.some((text) => text.toLowerCase().includes(find));
}

function seenMs({ lastSeen }: RefusedConnection): number {
  return lastSeen === undefined ? 0 : timestampMs(lastSeen);
}

/** Causes that are there, with how many entries each has; by name. */
export function causesOf(refused: Iterable<RefusedConnection>): readonly (readonly [RefusalCause, number])[] {
  const counts = new Map<RefusalCause, number>();
  for (const { cause } of refused) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  return [...counts].toSorted(([a], [b]) => causeName(a).localeCompare(causeName(b)));
}
