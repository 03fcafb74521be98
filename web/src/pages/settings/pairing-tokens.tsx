import { callUnaryMethod, useQuery, useTransport } from "@connectrpc/connect-query";
import { useState } from "react";
import { Link } from "wouter";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import { type PairingToken, PairingService } from "../../../../gen/hub/v1/pairing_pb.js";
import { machinePath } from "../../frame/pages.js";
import { useNow } from "../../live/now.js";
import { Card } from "../../parts/card.js";
import { Confirm } from "../../parts/confirm.js";
import { Empty, Missing } from "../../parts/list-states.js";
import { MayButton } from "../../parts/may-button.js";
import { said } from "../../parts/toasts.js";
import { Expires } from "./expires.js";
import { pairingState, usesWords } from "./expiry.js";
import { MadeBy } from "./made-by.js";
import { OnlyFor } from "./only-for.js";
import { allowsWords } from "./allows.js";

export function PairingTokens() {
  return (
    <OnlyFor role={Role.OPERATOR} title="Pairing tokens" what="with which tokens machines may let themselves in">
      <Tokens />
    </OnlyFor>
  );
}

function Tokens() {
  const query = useQuery(PairingService.method.listPairingTokens, {});
  const [revoking, setRevoking] = useState<PairingToken>();
  return (
    <Card
      title="Pairing tokens"
      note="for machines"
      end={
        <Link className="btn" href="/enrol">
          Enrol a machine
        </Link>
      }
      footer="A token is shown once, when it is made. One that is expired or used up stays in this list for a week."
    >
      {query.data !== undefined ? (
        <TokenTable tokens={query.data.tokens} revoke={setRevoking} />
      ) : (
        <Missing
          query={query}
          what="The pairing tokens could not be read"
          rpc="hub.v1.PairingService/ListPairingTokens"
        />
      )}
      {revoking !== undefined && (
        <RevokeToken token={revoking} onClose={() => setRevoking(undefined)} onDone={() => void query.refetch()} />
      )}
    </Card>
  );
}

interface TableProps {
  readonly tokens: readonly PairingToken[];
  readonly revoke: (token: PairingToken) => void;
}

function TokenTable({ tokens, revoke }: TableProps) {
  const nowMs = useNow();
  if (tokens.length === 0) {
    return (
      <Empty title="No pairing tokens">
        <p className="muted">
          A machine is let in with one: <Link href="/enrol">Enrol a machine</Link>.
        </p>
      </Empty>
    );
  }
  return (
    <table className="table fold last" aria-label="Pairing tokens">
      <thead>
        <tr>
          <th scope="col">Label</th>
          <th scope="col">Lets it</th>
          <th scope="col">Used</th>
          <th scope="col">By</th>
          <th scope="col">Expires</th>
          <th scope="col">Made</th>
          <th scope="col" className="r">
            <span className="sr">Revoke</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => {
          const state = pairingState(token, nowMs);
          return (
            <tr key={token.id}>
              <th scope="row">
                <span className="name">{nameOf(token)}</span>
                {token.forInstance !== undefined && <span className="dim"> only {token.forInstance}</span>}
              </th>
              <td data-l="Lets it">{allowsWords(token.permissions)}</td>
              <td data-l="Used" className="nowrap">
                {usesWords(token)}
              </td>
              <td data-l="By">
                <UsedBy token={token} />
              </td>
              <td data-l="Expires">
                {state === "used up" ? <span className="dim">used up</span> : <Expires at={token.expiresAt} isShort />}
              </td>
              <td data-l="Made">
                <MadeBy at={token.createdAt} by={token.createdBy} />
              </td>
              <td className="r">
                <MayButton role={Role.OPERATOR} className="btn btn-quiet btn-danger" onClick={() => revoke(token)}>
                  {state === "good" ? "Revoke" : "Remove"}
                  <span className="sr">{nameOf(token)}</span> …
                </MayButton>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function UsedBy({ token: { usedBy } }: { readonly token: PairingToken }) {
  if (usedBy.length === 0) return <span className="dim">nobody</span>;
  return usedBy.slice(0, 3).map((instanceId, n) => (
    <span key={instanceId}>
      {n > 0 && ", "}
      <Link href={machinePath(instanceId)}>{instanceId}</Link>
      {n === 2 && usedBy.length > 3 && <span className="dim"> and {usedBy.length - 3} more</span>}
    </span>
  ));
}

function nameOf({ id, label }: PairingToken): string {
  return label === "" ? `token ${id}` : label;
}

interface RevokeProps {
  readonly token: PairingToken;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function RevokeToken({ token, onClose, onDone }: RevokeProps) {
  const transport = useTransport();
  const nowMs = useNow();
  const name = nameOf(token);
  // What is over lets nobody in: all that can be done with it is to take it out of the list.
  const [isGood] = useState(pairingState(token, nowMs) === "good");
  return (
    <Confirm
      open
      onClose={onClose}
      title={`${isGood ? "Revoke" : "Remove"} ${name}?`}
      action={isGood ? "Revoke token" : "Remove token"}
      danger
      onConfirm={async () => {
        await callUnaryMethod(transport, PairingService.method.revokePairingToken, { id: token.id });
        said(`The pairing token ${name} was ${isGood ? "revoked" : "removed"}.`);
        onDone();
      }}
    >
      <p>
        {isGood ? "No machine is let in with it any more." : "It leaves this list."} Machines that have paired with it
        stay, with history and sessions.
      </p>
    </Confirm>
  );
}
