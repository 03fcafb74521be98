import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Knock, ListPeersResponse } from "../../../../gen/hub/v1/peers_pb.js";
import { Card } from "../../parts/card.js";
import { Missing } from "../../parts/list-states.js";
import { fitsKnock } from "./filter.js";
import { NewOnes, useSteady } from "./hold.js";
import { KnockEntry } from "../../knocks/knock-entry.js";
import { usePeers } from "../../knocks/use-peers.js";

/** Who waits for approval, and who wants to replace a key; who came last is first. */
export function WaitingCard({ find }: { readonly find: string }) {
  const query = usePeers();
  const { data } = query;
  const fitting = new Map(knocksOf(data, find).map((knock) => [knock.keyid, knock]));
  const { shown, waiting } = useSteady([...fitting.keys()], find);
  const number = data?.knocks.length ?? 0;
  return (
    <Card
      title="Waiting for approval"
      note={number === 0 ? undefined : `${number} now`}
      end={<NewOnes waiting={waiting} />}
    >
      {data !== undefined && fitting.size === 0 && (
        <p className="body muted">
          {number === 0
            ? "Nobody waits. A machine that knocks without a token appears here at once."
            : "None of them fits the filter."}
        </p>
      )}
      {data !== undefined && fitting.size > 0 && (
        <ul>
          {shown.map((keyid) => {
            const knock = fitting.get(keyid);
            return knock === undefined ? null : <KnockEntry key={keyid} knock={knock} peers={data.peers} />;
          })}
        </ul>
      )}
      {data === undefined && (
        <Missing query={query} what="Who waits could not be read" rpc="hub.v1.PeersService/ListPeers" rows={1} />
      )}
    </Card>
  );
}

function knocksOf(data: ListPeersResponse | undefined, find: string): readonly Knock[] {
  const firstMs = ({ firstSeen }: Knock) => (firstSeen === undefined ? 0 : timestampMs(firstSeen));
  return (data?.knocks ?? []).filter((knock) => fitsKnock(knock, find)).toSorted((a, b) => firstMs(b) - firstMs(a));
}
