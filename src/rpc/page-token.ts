import { createHash } from "node:crypto";
import { HubError } from "../errors.js";
import type { HistoryFilter, HistoryPlace } from "../store/history.js";

/** Another form of tokens, or another way to read filters, gets another one. */
const VERSION = 1;
/** Version, digest of the filter, start and id. */
const BYTES = 1 + 8 + 8 + 8;
const DIGEST_AT = 1;
const START_AT = 9;
const ID_AT = 17;

const ANEW = "leave page_token empty to begin with the newest";

/** Where the next page begins, and for which filter: callers are to give it back and not to read it. */
export function pageToken(place: HistoryPlace, filter: HistoryFilter): string {
  const bytes = Buffer.alloc(BYTES);
  bytes[0] = VERSION;
  bytes.set(digestOf(filter), DIGEST_AT);
  bytes.writeBigInt64BE(place.startMs, START_AT);
  bytes.writeBigInt64BE(place.id, ID_AT);
  return bytes.toString("base64url");
}

/** @throws HubError `invalid_argument` for what is no token, and for the token of another filter */
export function placeOf(token: string, filter: HistoryFilter): HistoryPlace {
  const bytes = /^[\w-]{34}$/.test(token) ? Buffer.from(token, "base64url") : Buffer.alloc(0);
  // There is one way to write each token.
  const isToken = bytes.byteLength === BYTES && bytes.toString("base64url") === token;
  if (!isToken || bytes[0] !== VERSION || bytes.readBigInt64BE(ID_AT) <= 0n) {
    throw new HubError(
      "invalid_argument",
      `page_token is none that this hub gave; send the next_page_token of the page before as it came, or ${ANEW}`,
    );
  }
  if (!bytes.subarray(DIGEST_AT, START_AT).equals(digestOf(filter))) {
    throw new HubError(
      "invalid_argument",
      `page_token belongs to another filter; send it with the very filter of the page before, or ${ANEW}`,
    );
  }
  return { startMs: bytes.readBigInt64BE(START_AT), id: bytes.readBigInt64BE(ID_AT) };
}

/** The same for filters that ask for the same, in whatever order. */
function digestOf(filter: HistoryFilter): Uint8Array {
  const { instanceIds, planIds, repoIds, kinds, statuses, sinceMs, untilMs } = filter;
  const lists = [instanceIds, planIds, repoIds, kinds, statuses].map((list) =>
    [...new Set(list.map(String))].toSorted(),
  );
  const text = JSON.stringify([...lists, String(sinceMs), String(untilMs)]);
  return createHash("sha256")
    .update(text)
    .digest()
    .subarray(0, START_AT - DIGEST_AT);
}
