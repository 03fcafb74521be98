import type { ListPeersResponse } from "../../../../gen/hub/v1/peers_pb.js";
import { Card } from "../../parts/card.js";
import { Failed, Loading } from "../../parts/list-states.js";
import { fitsKnock } from "./filter.js";
import { KnockEntry } from "./knock-entry.js";
import { usePeers } from "./use-connections.js";
import { useSteady } from "./use-steady.js";

/** Who waits for approval, and who wants to replace a key. */
export function WaitingCard({ find }: { readonly find: string }) {
  const { data, error, refetch } = usePeers();
  const number = data?.knocks.length;
  return (
    <Card title="Waiting for approval" note={number === undefined || number === 0 ? undefined : `${number} now`}>
      {data !== undefined && <Knocks data={data} find={find} />}
      {data === undefined && error === null && <Loading rows={1} />}
      {data === undefined && error !== null && (
        <Failed
          what="Who waits could not be read"
          error={error}
          rpc="hub.v1.PeersService/ListPeers"
          retry={() => void refetch()}
        />
      )}
    </Card>
  );
}

function Knocks({ data: { knocks, peers }, find }: { readonly data: ListPeersResponse; readonly find: string }) {
  const fitting = new Map(knocks.filter((knock) => fitsKnock(knock, find)).map((knock) => [knock.keyid, knock]));
  const { shown, hold } = useSteady([...fitting.keys()]);
  if (fitting.size === 0) {
    return (
      <p className="body muted">
        {knocks.length === 0
          ? "Nobody waits. A machine that knocks without a token appears here at once."
          : "None of them fits the filter."}
      </p>
    );
  }
  return (
    <ul {...hold}>
      {shown.map((keyid) => {
        const knock = fitting.get(keyid);
        return knock === undefined ? null : <KnockEntry key={keyid} knock={knock} peers={peers} />;
      })}
    </ul>
  );
}
