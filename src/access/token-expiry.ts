import type { AccessTokenRecord } from "../store/access.js";

/** Whether the token's time is over; it is still good in the millisecond that it names. */
export function isExpired({ expiresMs }: Pick<AccessTokenRecord, "expiresMs">, nowMs: number): boolean {
  return expiresMs !== undefined && expiresMs < nowMs;
}
