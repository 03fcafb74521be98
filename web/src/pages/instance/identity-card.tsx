import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import { Card } from "../../parts/card.js";
import { Failed, Loading } from "../../parts/list-states.js";
import { useNow } from "../../live/now.js";
import { When } from "../../parts/when.js";
import { date } from "../../words/times.js";
import { KeyRequest } from "./key-request.js";
import { generationWords } from "./machine.js";
import type { usePeer } from "./queries.js";

export const IDENTITY_CARD = "identity";

interface IdentityCardProps {
  readonly machine: InstanceHealth;
  readonly peers: ReturnType<typeof usePeer>;
}

/** The keys that the machine has had, and the one that asks to be the next. */
export function IdentityCard({ machine, peers: { peer, request, isPending, error, refetch } }: IdentityCardProps) {
  const nowMs = useNow();
  return (
    <div id={IDENTITY_CARD} tabIndex={-1} className="anchor">
      <Card title="Identity">
        {error !== null && (
          <Failed
            what="Its keys could not be read"
            error={error}
            rpc="hub.v1.PeersService/ListPeers"
            retry={() => void refetch()}
          />
        )}
        {isPending && <Loading rows={2} />}
        {peer !== undefined && (
          <div className="body stack">
            {request !== undefined && <KeyRequest machine={machine} peer={peer} request={request} />}
            <ul className="stack-2" aria-label="Keys">
              {peer.keys.toReversed().map(({ keyid, addedAt, current, generation }) => (
                <li key={keyid}>
                  <span className="fp">{keyid}</span>
                  <div className="dim small">
                    {current ? "used now" : "not let in any more"} · Backrest {generationWords(generation)}
                    {addedAt !== undefined && (
                      <>
                        {" · accepted "}
                        <When at={addedAt} words={date(timestampMs(addedAt), nowMs)} />
                      </>
                    )}
                  </div>
                </li>
              ))}
            </ul>
          </div>
        )}
      </Card>
    </div>
  );
}
