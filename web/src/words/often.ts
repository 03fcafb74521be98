import type { RefusedConnection } from "../../../gen/hub/v1/connections_pb.js";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { count } from "./sizes.js";
import { clock, date, dayNumber } from "./times.js";
import { HERE, type Where } from "./where.js";

/** `once`, `14 times since 07:40`, `3 times since 21 Nov`. */
export function oftenWords(
  entry: Pick<RefusedConnection, "count" | "firstSeen">,
  nowMs: number,
  where: Where = HERE,
): string {
  if (entry.count <= 1n || entry.firstSeen === undefined) return "once";
  const firstMs = timestampMs(entry.firstSeen);
  const today = dayNumber(firstMs, where) === dayNumber(nowMs, where);
  return `${count(entry.count, where)} times since ${today ? clock(firstMs, where) : date(firstMs, nowMs, where)}`;
}
