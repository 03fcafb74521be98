import { useQuery } from "@connectrpc/connect-query";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { type GetStatusResponse, HubService } from "../../../../gen/hub/v1/hub_pb.js";
import { Card } from "../../parts/card.js";
import { CopyButton } from "../../parts/copy-button.js";
import { Missing } from "../../parts/list-states.js";
import { When } from "../../parts/when.js";
import { ROOT } from "../../root.js";
import { addressOf } from "../../words/addresses.js";
import { count, many, size } from "../../words/sizes.js";

const REFRESH_MS = 30_000;

/** The running hub, and what a machine or a command needs to reach it. */
export function AboutHub() {
  return (
    <>
      <Running />
      <HowToConnect />
    </>
  );
}

function Running() {
  const query = useQuery(HubService.method.getStatus, {}, { refetchInterval: REFRESH_MS });
  return (
    <Card title="About">
      {query.data !== undefined ? (
        <div className="body">
          <Status status={query.data} />
        </div>
      ) : (
        <Missing query={query} what="The hub did not say how it does" rpc="hub.v1.HubService/GetStatus" />
      )}
    </Card>
  );
}

function Status({ status }: { readonly status: GetStatusResponse }) {
  const { version, runtime, startedAt, databaseBytes, logBytes, freeBytes, operationCount, poisonCount } = status;
  return (
    <dl className="kv wide">
      <dt>Version</dt>
      <dd>
        {version}
        {runtime !== "" && <span className="muted"> on {runtime}</span>}
      </dd>
      <dt>Running</dt>
      <dd>
        {startedAt !== undefined && (
          <>
            started <When at={startedAt} />
          </>
        )}
      </dd>
      <dt>Machines</dt>
      <dd>
        {many(status.peersApproved, "machine")} let in, {count(status.peersConnected)} connected
      </dd>
      <dt>Operations</dt>
      <dd>
        {count(operationCount)}
        {poisonCount > 0n && <span className="muted">; {count(poisonCount)} could not be read and were skipped</span>}
      </dd>
      <dt>Store</dt>
      <dd>
        SQLite, {size(databaseBytes)}
        <span className="muted">
          {" "}
          (logs of machines: {size(logBytes)}){freeBytes !== undefined && `; ${size(freeBytes)} free on its disk`}
        </span>
      </dd>
      <dt>Data directory</dt>
      <dd>
        <code>{status.dataDirectory}</code>
      </dd>
      <dt>Listens on</dt>
      <dd>
        {status.listenAddresses.map((address) => (
          <div key={address}>
            <code>{address}</code>
          </div>
        ))}
        <span className="muted">{status.tls ? "with TLS" : "in clear text; a proxy before it may speak TLS"}</span>
      </dd>
    </dl>
  );
}

function HowToConnect() {
  const query = useQuery(HubService.method.getIdentity, {}, { staleTime: Number.POSITIVE_INFINITY });
  const address = addressOf(ROOT.href);
  return (
    <Card
      title="How to connect"
      end={
        <Link className="btn" href="/enrol">
          Enrol a machine
        </Link>
      }
    >
      {query.data !== undefined ? (
        <div className="body">
          <dl className="kv wide">
            <Copied
              name="Address of this page"
              text={address}
              hint="what a machine calls, if it reaches the hub the same way"
            />
            <Copied
              name="Instance ID"
              text={query.data.instanceId}
              hint="fixed for ever: machines know the hub by it"
            />
            <Copied name="Key of Backrest 1.13 and newer" text={query.data.ed25519Keyid} />
            <Copied name="Key of Backrest 1.11 and 1.12" text={query.data.ecdsaKeyid} />
          </dl>
        </div>
      ) : (
        <Missing query={query} what="The hub did not say who it is" rpc="hub.v1.HubService/GetIdentity" />
      )}
    </Card>
  );
}

function Copied({ name, text, hint }: { readonly name: string; readonly text: string; readonly hint?: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="row">
        <span>
          <code>{text}</code>
          {hint !== undefined && <span className="muted small"> {hint}</span>}
        </span>
        <CopyButton text={text} />
      </dd>
    </>
  );
}
