import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { PairingTokenStatus, type PairingToken } from "../../../../gen/hub/v1/pairing_pb.js";
import { DAY_MS, moment, span } from "../../words/times.js";
import type { Where } from "../../words/where.js";

/** Time enough to make another token and to bring it where the old one is. */
const SOON_MS = 14 * DAY_MS;

export interface Expiry {
  readonly words: string;
  readonly state: "never" | "later" | "soon" | "over";
}

/** Until when something is good: `in 211 d`, `never`, `expired yesterday at 12:00`. */
export function expiry(at: Timestamp | undefined, nowMs: number, where?: Where): Expiry {
  if (at === undefined) return { words: "never", state: "never" };
  const atMs = timestampMs(at);
  if (atMs <= nowMs) return { words: `expired ${moment(atMs, nowMs, where)}`, state: "over" };
  return { words: `in ${span(atMs - nowMs)}`, state: atMs - nowMs < SOON_MS ? "soon" : "later" };
}

/** `0 of 1`, `3, of any number`. */
export function usesWords({ uses, maxUses }: Pick<PairingToken, "uses" | "maxUses">): string {
  return maxUses === 0 ? `${uses}, of any number` : `${uses} of ${maxUses}`;
}

/** Whether a machine can still pair with it, by the page's clock, too: the hub tells when it was asked. */
export function pairingState(token: PairingToken, nowMs: number): "good" | "expired" | "used up" {
  if (token.status === PairingTokenStatus.USED_UP) return "used up";
  if (token.status === PairingTokenStatus.EXPIRED || expiry(token.expiresAt, nowMs).state === "over") return "expired";
  return "good";
}
