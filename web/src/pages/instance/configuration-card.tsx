import { Fragment } from "react";
import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import type { PeerState } from "../../../../gen/v1sync/syncservice_pb.js";
import { Card } from "../../parts/card.js";
import { CopyButton } from "../../parts/copy-button.js";
import { Empty, Failed, Loading } from "../../parts/list-states.js";
import type { usePeerStates } from "../../rpc/peer-states.js";
import { betweenMasks, configurationText, showsAnything } from "./configuration.js";

interface ConfigurationCardProps {
  readonly machine: InstanceHealth;
  readonly state: PeerState | undefined;
  readonly states: ReturnType<typeof usePeerStates>;
}

/** What the machine shows of its settings, as it sent it, with secrets masked by the hub. */
export function ConfigurationCard({ machine, state, states }: ConfigurationCardProps) {
  const config = state?.remoteConfig;
  if (!showsAnything(config))
    return (
      <Card title="Configuration">
        {states.isPending ? (
          <Loading />
        ) : states.error !== null ? (
          <Failed
            what="The configuration could not be read"
            error={states.error}
            rpc="v1sync.BackrestSyncStateService/GetPeerSyncStatesStream"
            retry={() => void states.refetch()}
          />
        ) : (
          <Empty
            title={
              machine.lastSeen === undefined
                ? "Its configuration is not known yet"
                : `${machine.instanceId} does not show its configuration`
            }
          >
            <p className="muted">Without it, schedules are not known and due times are learned from past backups.</p>
          </Empty>
        )}
      </Card>
    );
  const text = configurationText(config);
  return (
    <Card
      title="Configuration"
      note={`as it was sent last, version ${config.modno}; secrets never leave the hub`}
      end={<CopyButton text={text} />}
    >
      <div className="body">
        {/* What can be scrolled must be reached by keys. */}
        <pre className="code config" tabIndex={0} role="region" aria-label="Configuration, secrets masked">
          {betweenMasks(text).map((part, n) => (
            // Parts of a text have no other name.
            <Fragment key={n}>
              {n > 0 && <span className="mask">masked</span>}
              {part}
            </Fragment>
          ))}
        </pre>
      </div>
    </Card>
  );
}
