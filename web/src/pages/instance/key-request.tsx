import { useMutation } from "@connectrpc/connect-query";
import { useState } from "react";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { type Knock, type Peer, PeersService } from "../../../../gen/hub/v1/peers_pb.js";
import { Confirm } from "../../parts/confirm.js";
import { OwnKey } from "../../parts/own-key.js";
import { said } from "../../parts/toasts.js";
import { useMay } from "../../session/session.js";
import { labelsOfKey } from "../../words/labels.js";
import { nextTry, plainText } from "../../words/pieces.js";

interface KeyRequestProps {
  readonly machine: InstanceHealth;
  readonly peer: Peer;
  readonly request: Knock;
}

/** Both keys to compare, and what approving and refusing do. */
export function KeyRequest({ machine, peer, request }: KeyRequestProps) {
  const { instanceId, connected } = machine;
  const { may, why } = useMay(Role.OPERATOR);
  const [asks, setAsks] = useState(false);
  const [refuses, setRefuses] = useState(false);
  const approve = useMutation(PeersService.method.approvePeer);
  const refuse = useMutation(PeersService.method.refusePeer);
  const labels = labelsOfKey(request.keyid);
  return (
    <section className="stack-2" aria-label="A new key asks to take this name">
      <div className="cmp">
        <span className="dim">known</span>
        <span className="fp">{peer.keyid}</span>
        <span className="dim">new</span>
        <span className="fp">{request.keyid}</span>
      </div>
      <p className="small muted">
        Compare “new” with <OwnKey labels={labels} /> on {instanceId}. Approve only if they are equal and you
        re-installed or updated it.
      </p>
      <div className="actions">
        <button type="button" className="btn" disabled={!may} title={why} onClick={() => setAsks(true)}>
          Approve the new key …
        </button>
        <button type="button" className="btn btn-danger" disabled={!may} title={why} onClick={() => setRefuses(true)}>
          Refuse …
        </button>
      </div>
      <p className="hint">
        Approving ends the session of the known key and lets it in no more; history, plans and settings here stay with
        the name. Refusing changes nothing for the known key.
      </p>
      <Confirm
        open={asks}
        onClose={() => setAsks(false)}
        title={`Approve the new key of ${instanceId}?`}
        action="Approve the new key"
        danger
        onConfirm={async () => {
          await approve.mutateAsync({ keyid: request.keyid });
          said(`${instanceId} has a new key. ${plainText(nextTry(labels))}`);
        }}
      >
        <p className="fp">{request.keyid}</p>
        <p>
          Whoever holds this key becomes {instanceId}, and is sent what is shared with it.{" "}
          {connected ? "The session of the known key ends at once, and" : "Of the known key"} nobody is let in any more.
        </p>
        <p>History stays with the name and goes on. Plans, verdicts and settings here stay as they are.</p>
      </Confirm>
      <Confirm
        open={refuses}
        onClose={() => setRefuses(false)}
        title={`Refuse the new key of ${instanceId}?`}
        action="Refuse the new key"
        onConfirm={async () => {
          await refuse.mutateAsync({ keyid: request.keyid });
          said(`The new key of ${instanceId} is refused`);
        }}
      >
        <p>
          It is not let in, as before, and is not shown here again as long as the hub runs. Its tries stand in
          Connections.
        </p>
        <p>The known key, its session, the history and the plans stay as they are.</p>
        <p>
          If the machine was re-installed, it stays out until its new key is approved or it is enrolled with a token. A
          copy needs an instance ID and a key of its own.
        </p>
      </Confirm>
    </section>
  );
}
