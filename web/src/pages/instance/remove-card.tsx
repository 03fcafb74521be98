import { useMutation } from "@connectrpc/connect-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { PeersService } from "../../../../gen/hub/v1/peers_pb.js";
import { Card } from "../../parts/card.js";
import { Confirm } from "../../parts/confirm.js";
import { said } from "../../parts/toasts.js";
import { useMay } from "../../session/session.js";
import { many } from "../../words/sizes.js";

export function RemoveCard({ machine }: { readonly machine: InstanceHealth }) {
  const { instanceId, plans, connected } = machine;
  const { may, why } = useMay(Role.OPERATOR);
  const [asks, setAsks] = useState(false);
  const [, goTo] = useLocation();
  const remove = useMutation(PeersService.method.removePeer);
  return (
    <Card title="Remove">
      <div className="body stack-2">
        <p className="small muted">
          Ends its session at once and refuses it from then on. Its history stays, hidden, and comes back with it. On
          the machine nothing changes: its plans go on, and repos that this hub shared stay there until its Known Host
          entry is deleted.
        </p>
        <div>
          <button type="button" className="btn btn-danger" disabled={!may} title={why} onClick={() => setAsks(true)}>
            Remove {instanceId} …
          </button>
        </div>
      </div>
      <Confirm
        open={asks}
        onClose={() => setAsks(false)}
        title={`Remove ${instanceId}?`}
        action={`Remove ${instanceId}`}
        danger
        onConfirm={async () => {
          await remove.mutateAsync({ peer: { case: "instanceId", value: instanceId } });
          said(`${instanceId} was removed; its history stays`);
          goTo("/");
        }}
      >
        <ul className="stack-2">
          <li>
            <b>Session.</b> {connected ? "It ends at once" : "It has none now"}, and the machine is refused from then
            on.
          </li>
          <li>
            <b>History.</b> It stays, hidden from lists, and comes back when the machine is enrolled again.
          </li>
          <li>
            <b>Plans.</b>{" "}
            {plans.length === 0 ? "None is known." : `${many(plans.length, "plan")} will not be watched here any more.`}{" "}
            On the machine they go on.
          </li>
          <li>
            <b>Shared repos.</b> Those of this hub stay there, with the plans on them, until its Known Host entry is
            deleted on the machine. Changes that wait for it are dropped.
          </li>
        </ul>
      </Confirm>
    </Card>
  );
}
