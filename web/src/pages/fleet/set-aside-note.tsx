import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Link } from "wouter";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { machinePath } from "../../frame/pages.js";
import { useNow } from "../../live/now.js";
import { NOT_SNOOZED, useChangeFromMenu } from "../../machine/use-settings-change.js";
import { VerdictMark } from "../../parts/mark.js";
import { useHasRole, useMay } from "../../session/session.js";
import { many } from "../../words/sizes.js";
import { near } from "../../words/times.js";
import type { SetAside } from "./attention.js";

/** Who is left out of "needs attention", and until when. */
export function SetAsideNote({ aside: { snoozed, ignored } }: { readonly aside: SetAside }) {
  if (snoozed.length + ignored.length === 0) return null;
  const words = [
    ...(snoozed.length > 0 ? [`${many(snoozed.length, "machine")} snoozed`] : []),
    ...(ignored.length > 0 ? [`${many(ignored.length, "machine")} ignored`] : []),
  ].join(", ");
  return (
    <details className="aside">
      <summary>{words}</summary>
      <ul>
        {[...snoozed, ...ignored].map((machine) => (
          <Aside key={machine.instanceId} machine={machine} />
        ))}
      </ul>
    </details>
  );
}

function Aside({ machine }: { readonly machine: InstanceHealth }) {
  const nowMs = useNow();
  const operator = useHasRole(Role.OPERATOR);
  const { may } = useMay(Role.OPERATOR);
  const set = useChangeFromMenu();
  const { instanceId, settings, verdict } = machine;
  const ignored = settings?.ignored === true;
  const until = settings?.snoozedUntil === undefined ? undefined : timestampMs(settings.snoozedUntil);
  const end = () => {
    const change = ignored ? { ignored: false } : { snoozedUntil: NOT_SNOOZED };
    const back = ignored
      ? { ignored: true }
      : { ...(settings?.snoozedUntil && { snoozedUntil: settings.snoozedUntil }) };
    void set({ instanceId, ...change }, `${instanceId} is told of again.`, { instanceId, ...back });
  };
  return (
    <li className="row">
      <Link href={machinePath(instanceId)}>{instanceId}</Link>
      <span className="small">
        <VerdictMark verdict={verdict} />
      </span>
      <span className="small muted">
        {ignored
          ? "ignored until somebody takes it back"
          : `snoozed until ${until === undefined ? "" : near(until, nowMs)}`}
      </span>
      {operator && (
        <button type="button" className="btn btn-quiet" aria-disabled={!may} onClick={() => may && end()}>
          {ignored ? "No longer ignore" : "End the snooze"}
          <span className="sr"> of {instanceId}</span>
        </button>
      )}
    </li>
  );
}
