import type { Connection } from "../../../../gen/hub/v1/connections_pb.js";
import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import type { Knock } from "../../../../gen/hub/v1/peers_pb.js";
import { Icon } from "../../parts/icon.js";
import { When } from "../../parts/when.js";
import { IDENTITY_CARD } from "./identity-card.js";

interface KeyNoteProps {
  readonly machine: InstanceHealth;
  readonly request: Knock;
  readonly connection: Connection | undefined;
}

/** Says that another key asks to be this machine, and leads to where both are compared. */
export function KeyNote({ machine, request, connection }: KeyNoteProps) {
  const { remoteAddress, lastSeen } = request;
  const isSame = connection?.remoteAddress === remoteAddress;
  const compare = () => {
    const card = document.getElementById(IDENTITY_CARD);
    card?.scrollIntoView({ block: "start" });
    card?.focus({ preventScroll: true });
  };
  return (
    <div className="note v-unknown">
      <Icon name="key" size={18} />
      <div>
        <b>A new key asks to take this name.</b> A Backrest that calls itself {machine.instanceId} knocked{" "}
        {lastSeen !== undefined && <When at={lastSeen} />} from <span className="mono">{remoteAddress}</span>
        {isSame && ", the address this machine uses"}. That happens after a re-installation. It also happens when a copy
        of the machine runs.{" "}
        {machine.connected ? "The known key is still connected." : "The known key is not connected."}
      </div>
      <button type="button" className="btn" onClick={compare}>
        Compare keys
      </button>
    </div>
  );
}
