import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { HubService } from "../../../../gen/hub/v1/hub_pb.js";
import { type Peer, PeerGeneration } from "../../../../gen/hub/v1/peers_pb.js";
import type { PeerState } from "../../../../gen/v1sync/syncservice_pb.js";
import { useQuery } from "@connectrpc/connect-query";
import { Card } from "../../parts/card.js";
import { Loading } from "../../parts/list-states.js";
import type { usePeerStates } from "../../rpc/peer-states.js";
import { labelsOf } from "../../words/labels.js";
import { generationOf } from "./machine.js";
import { ConfigurationGrant, OperationsGrant } from "./sent-grants.js";
import { sendsOf } from "./sends.js";

interface SendsCardProps {
  readonly machine: InstanceHealth;
  readonly state: PeerState | undefined;
  readonly states: ReturnType<typeof usePeerStates>;
  readonly peer: Peer | undefined;
}

/** What the machine lets the hub have and do, as far as that can be seen. */
export function SendsCard({ machine, state, states, peer }: SendsCardProps) {
  const hub = useQuery(HubService.method.getIdentity, {}, { staleTime: Number.POSITIVE_INFINITY });
  const sends = sendsOf(machine, state);
  const labels = labelsOf(generationOf(peer) === PeerGeneration.SEED ? "1.12" : undefined);
  const hubName = hub.data?.instanceId ?? "this hub";
  return (
    <Card title="What it sends and takes">
      <div className="body">
        {states.isPending ? (
          <Loading />
        ) : (
          <>
            <OperationsGrant machine={machine} sends={sends} labels={labels} hubName={hubName} />
            <ConfigurationGrant machine={machine} sends={sends} labels={labels} hubName={hubName} />
          </>
        )}
      </div>
    </Card>
  );
}
