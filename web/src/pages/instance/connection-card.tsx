import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { type Peer, PeersService } from "../../../../gen/hub/v1/peers_pb.js";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import { useMutation } from "@connectrpc/connect-query";
import { Card } from "../../parts/card.js";
import { Failed, Loading } from "../../parts/list-states.js";
import { Presence } from "../../parts/presence.js";
import { said } from "../../parts/toasts.js";
import { When } from "../../parts/when.js";
import { useMay } from "../../session/session.js";
import { count, size } from "../../words/sizes.js";
import type { useConnection } from "./queries.js";
import { RefusedList } from "./refused-list.js";

interface ConnectionCardProps {
  readonly machine: InstanceHealth;
  readonly peer: Peer | undefined;
  readonly connection: ReturnType<typeof useConnection>;
}

/** Its session, what came in it, and what was refused. */
export function ConnectionCard({
  machine,
  peer,
  connection: { connection, error, isPending, refetch },
}: ConnectionCardProps) {
  const { may, why } = useMay(Role.OPERATOR);
  const resync = useMutation(PeersService.method.resyncPeer, {
    onSuccess: ({ connected }) =>
      said(
        connected
          ? `${machine.instanceId} is being asked for its whole history`
          : `${machine.instanceId} will be asked for its whole history when it connects`,
      ),
  });
  const ask = () => resync.mutate({ peer: { case: "instanceId", value: machine.instanceId } });
  return (
    <Card
      title="Connection"
      note={<Presence machine={machine} />}
      end={
        <button type="button" className="btn" disabled={!may || resync.isPending} title={why} onClick={ask}>
          Ask for its history anew
        </button>
      }
    >
      {error !== null && (
        <Failed
          what="The connections could not be read"
          error={error}
          rpc="hub.v1.ConnectionService/ListConnections"
          retry={() => void refetch()}
        />
      )}
      {resync.error !== null && (
        <Failed what="It could not be asked" error={resync.error} rpc="hub.v1.PeersService/ResyncPeer" retry={ask} />
      )}
      {isPending && <Loading rows={3} />}
      <div className="body stack">
        <dl className="kv wide">
          {connection !== undefined && (
            <>
              {connection.since !== undefined && (
                <>
                  <dt>Session since</dt>
                  <dd>
                    <When at={connection.since} />
                  </dd>
                </>
              )}
              <dt>From</dt>
              <dd>
                <span className="mono">{connection.remoteAddress}</span>,{" "}
                {connection.encrypted ? "encrypted on the way" : "not encrypted on the way"}
              </dd>
              <dt>Came in this session</dt>
              <dd>
                {size(connection.bytesReceived)}, {count(connection.operationsReceived)} operations
              </dd>
              {connection.userAgent !== "" && (
                <>
                  <dt>Calls itself</dt>
                  <dd className="mono">{connection.userAgent}</dd>
                </>
              )}
            </>
          )}
          {connection === undefined && machine.lastSeen !== undefined && (
            <>
              <dt>Last heard of</dt>
              <dd>
                <When at={machine.lastSeen} />
              </dd>
            </>
          )}
          {peer !== undefined && (
            <>
              <dt>In its history</dt>
              <dd>
                {count(peer.operationCount)} operations
                {peer.poisonCount > 0n && `, and ${count(peer.poisonCount)} that could not be read: it has gaps`}
              </dd>
              <dt>Compared as a whole</dt>
              <dd>{peer.lastFullPass === undefined ? "never yet" : <When at={peer.lastFullPass} />}</dd>
            </>
          )}
        </dl>
      </div>
      <RefusedList machine={machine} keyids={peer?.keys.map(({ keyid }) => keyid) ?? []} />
    </Card>
  );
}
