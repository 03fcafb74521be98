import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { HubService } from "../../../../gen/hub/v1/hub_pb.js";
import { type Peer, PeerGeneration } from "../../../../gen/hub/v1/peers_pb.js";
import { PushService } from "../../../../gen/hub/v1/pushes_pb.js";
import type { PeerState } from "../../../../gen/v1sync/syncservice_pb.js";
import { useQuery } from "@connectrpc/connect-query";
import { Card } from "../../parts/card.js";
import { Failed, Loading } from "../../parts/list-states.js";
import type { usePeerStates } from "../../rpc/peer-states.js";
import { labelsOf } from "../../words/labels.js";
import { Grant } from "./grant.js";
import { generationOf } from "./machine.js";
import { ConfigurationGrant, OperationsGrant } from "./sent-grants.js";
import { RecordPermissions } from "./record-permissions.js";
import { sendsOf } from "./sends.js";
import { ChangesGrant, SharedReposGrant } from "./takes-grants.js";

interface SendsCardProps {
  readonly machine: InstanceHealth;
  readonly state: PeerState | undefined;
  readonly states: ReturnType<typeof usePeerStates>;
  readonly peer: Peer | undefined;
}

/** What the machine lets the hub have and do, as far as that can be seen. */
export function SendsCard({ machine, state, states, peer }: SendsCardProps) {
  const hub = useQuery(HubService.method.getIdentity, {}, { staleTime: Number.POSITIVE_INFINITY });
  const permissions = useQuery(PushService.method.getPermissions, { instanceId: machine.instanceId });
  const sends = sendsOf(machine, state);
  const labels = labelsOf(generationOf(peer) === PeerGeneration.SEED ? "1.12" : undefined);
  const hubName = hub.data?.instanceId ?? "this hub";
  const shared = (state?.remoteConfig?.repos ?? []).filter((repo) => repo.originInstanceId === hub.data?.instanceId);
  if (machine.lastSeen === undefined)
    return (
      <Card title="What it sends and takes">
        <div className="body">
          <Grant is="part" title="Not known yet">
            {machine.instanceId} has not connected. What it sends shows when it does.
          </Grant>
        </div>
      </Card>
    );
  const words = { labels, hubName };
  return (
    <Card title="What it sends and takes">
      {permissions.error !== null && (
        <Failed
          what="What it takes could not be read"
          error={permissions.error}
          rpc="hub.v1.PushService/GetPermissions"
          retry={() => void permissions.refetch()}
        />
      )}
      <div className="body">
        {states.isPending ? (
          <Loading />
        ) : (
          <>
            <OperationsGrant {...words} machine={machine} sends={sends} />
            <ConfigurationGrant {...words} sends={sends} />
            {permissions.data !== undefined && (
              <>
                <SharedReposGrant {...words} known={permissions.data} shared={shared.map(({ id }) => id)} />
                <ChangesGrant {...words} known={permissions.data} />
                <RecordPermissions instanceId={machine.instanceId} known={permissions.data} labels={labels} />
              </>
            )}
          </>
        )}
      </div>
    </Card>
  );
}
