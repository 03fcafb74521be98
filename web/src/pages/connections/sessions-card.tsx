import { useState } from "react";
import { Link } from "wouter";
import type { Connection, ListConnectionsResponse } from "../../../../gen/hub/v1/connections_pb.js";
import { machinePath } from "../../frame/pages.js";
import { Card } from "../../parts/card.js";
import { Missing } from "../../parts/list-states.js";
import { When } from "../../parts/when.js";
import { count, many } from "../../words/sizes.js";
import { fitsSession } from "./filter.js";
import { useSessions } from "./use-sessions.js";

const FIRST = 30;

/** Who is connected now. */
export function SessionsCard({ find }: { readonly find: string }) {
  const query = useSessions();
  const { data } = query;
  return (
    <Card title="Open sessions" note={data === undefined ? undefined : noteOf(data)}>
      {data !== undefined && <Sessions data={data} find={find} />}
      {data === undefined && (
        <Missing
          query={query}
          what="The open sessions could not be read"
          rpc="hub.v1.ConnectionService/ListConnections"
          rows={3}
        />
      )}
    </Card>
  );
}

function noteOf({ connections, opening }: ListConnectionsResponse): string | undefined {
  if (connections.length === 0 && opening === 0) return undefined;
  return `${count(connections.length)} now${opening === 0 ? "" : `, ${count(opening)} opening`}`;
}

function Sessions({ data, find }: { readonly data: ListConnectionsResponse; readonly find: string }) {
  const [all, setAll] = useState(false);
  const fitting = data.connections.filter((session) => fitsSession(session, find));
  const shown = all ? fitting : fitting.slice(0, FIRST);
  if (fitting.length === 0) {
    return (
      <p className="body muted">
        {data.connections.length === 0 ? "No machine is connected." : "None of them fits the filter."}
      </p>
    );
  }
  return (
    <>
      <ul className="sessions">
        {shown.map((session) => (
          <Session key={session.instanceId} session={session} />
        ))}
      </ul>
      {shown.length < fitting.length && (
        <button type="button" className="btn btn-quiet" onClick={() => setAll(true)}>
          {`Show all ${many(fitting.length, "session")}`}
        </button>
      )}
    </>
  );
}

function Session({ session }: { readonly session: Connection }) {
  const { instanceId, remoteAddress, since, clientVersion, userAgent, encrypted } = session;
  return (
    <li>
      <Link className="name trunc" href={machinePath(instanceId)}>
        <bdi>{instanceId}</bdi>
      </Link>
      <span className="when">{since !== undefined && <When at={since} />}</span>
      <p className="meta">
        <span>{remoteAddress}</span>
        {clientVersion !== "" ? <span>{clientVersion}</span> : <bdi className="claimed">{userAgent}</bdi>}
        <span className={encrypted ? undefined : "v-late"}>{encrypted ? "encrypted" : "clear text"}</span>
      </p>
    </li>
  );
}
