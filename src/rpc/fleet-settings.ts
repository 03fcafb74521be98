import { durationMs, timestampMs } from "@bufbuild/protobuf/wkt";
import type { SetInstanceHealthRequest } from "../../gen/hub/v1/fleet_pb.js";
import { HubError } from "../errors.js";
import type { HealthSettings } from "../store/fleet.js";

const MAX_SPAN_MS = 3_660 * 86_400_000;

/**
 * What a request makes of settings; what it does not name stays.
 * @throws HubError `invalid_argument`
 */
export function changedSettings(
  request: SetInstanceHealthRequest,
  nowMs: number,
): (settings: HealthSettings) => HealthSettings {
  if (request.instanceId === "") throw new HubError("invalid_argument", "say which machine: its instance_id");
  const grace = spanOf("grace", request.grace);
  const limit = spanOf("limit", request.limit);
  const snooze = snoozeOf(request, nowMs);
  return (before) => {
    const { graceMs = 0, limitMs = 0, snoozedUntilMs = 0 } = before;
    return {
      notAlwaysOn: request.notAlwaysOn ?? before.notAlwaysOn,
      ignored: request.ignored ?? before.ignored,
      ...unlessZero("graceMs", grace ?? graceMs),
      ...unlessZero("limitMs", limit ?? limitMs),
      ...unlessZero("snoozedUntilMs", snooze ?? (snoozedUntilMs > nowMs ? snoozedUntilMs : 0)),
    };
  };
}

function unlessZero<Name extends string>(name: Name, ms: number): Partial<Record<Name, number>> {
  const set: Partial<Record<Name, number>> = {};
  if (ms !== 0) set[name] = ms;
  return set;
}

function spanOf(name: string, duration: SetInstanceHealthRequest["grace"]): number | undefined {
  if (duration === undefined) return undefined;
  const ms = durationMs(duration);
  if (ms >= 0 && ms <= MAX_SPAN_MS) return Math.round(ms);
  throw new HubError("invalid_argument", `${name} must be between 0, which takes it away, and ten years`);
}

function snoozeOf({ snoozedUntil }: SetInstanceHealthRequest, nowMs: number): number | undefined {
  if (snoozedUntil === undefined) return undefined;
  const ms = Math.round(timestampMs(snoozedUntil));
  if (ms <= 0) return 0;
  if (ms > nowMs && ms <= nowMs + MAX_SPAN_MS) return ms;
  throw new HubError(
    "invalid_argument",
    "snoozed_until must be in the next ten years; a time at or before 1970 ends a snooze",
  );
}
