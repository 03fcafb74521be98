import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { Boundary } from "../../parts/boundary.js";
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
          <Boundary what="Plans" of={machine}>
            <PlansCard machine={machine} state={state} days={days} />
          </Boundary>
          <Boundary what="Sizes and durations" of={days.data}>
            <SizesCard machine={machine} state={state} days={days} maintenance={maintenance} />
          </Boundary>
          <Boundary what="Connection" of={machine}>
            <ConnectionCard machine={machine} peer={peer.peer} connection={connection} />
          </Boundary>
          <Boundary what="Configuration" of={state}>
            <ConfigurationCard state={state} states={states} machine={machine} />
          </Boundary>
        </div>
        <div className="stack">
          <Boundary what="What it sends and takes" of={state}>
            <SendsCard machine={machine} state={state} states={states} peer={peer.peer} />
          </Boundary>
          <ExpectationCard machine={machine} />
          <IdentityCard machine={machine} peers={peer} />
          <RemoveCard machine={machine} />
        </div>
      </div>
    </>
  );
}
