import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { usePeerStates } from "../../rpc/peer-states.js";
import { ClearTextNote } from "./clear-text-note.js";
import { ConfigurationCard } from "./configuration-card.js";
import { ConnectionCard } from "./connection-card.js";
import { ExpectationCard } from "./expectation-card.js";
import { IdentityCard } from "./identity-card.js";
import { KeyNote } from "./key-note.js";
import { MachineHead } from "./machine-head.js";
import { PlansCard } from "./plans-card.js";
import { RemoveCard } from "./remove-card.js";
import { SendsCard } from "./sends-card.js";
import { SizesCard } from "./sizes-card.js";
import { useConnection, useDays, useFreshHistory, useMaintenance, usePeer } from "./queries.js";

/** A machine that the hub has. */
export function MachinePage({ machine }: { readonly machine: InstanceHealth }) {
  const { instanceId } = machine;
  const peer = usePeer(instanceId);
  const connection = useConnection(machine);
  const states = usePeerStates();
  const days = useDays(instanceId);
  const maintenance = useMaintenance(instanceId);
  useFreshHistory(peer.peer?.keys.map(({ keyid }) => keyid) ?? []);
  const state = states.data?.get(instanceId);
  return (
    <>
      <MachineHead machine={machine} peer={peer.peer} connection={connection.connection} />
      {peer.request !== undefined && (
        <KeyNote machine={machine} request={peer.request} connection={connection.connection} />
      )}
      {peer.peer?.clearText === true && <ClearTextNote machine={machine} />}
      <div className="cols">
        <div className="stack">
          <PlansCard machine={machine} state={state} days={days} />
          <SizesCard machine={machine} state={state} days={days} maintenance={maintenance} />
          <ConnectionCard machine={machine} peer={peer.peer} connection={connection} />
          <ConfigurationCard state={state} states={states} machine={machine} />
        </div>
        <div className="stack">
          <SendsCard machine={machine} state={state} states={states} peer={peer.peer} />
          <ExpectationCard machine={machine} />
          <IdentityCard machine={machine} peers={peer} />
          <RemoveCard machine={machine} />
        </div>
      </div>
    </>
  );
}
