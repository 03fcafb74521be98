import { callUnaryMethod, useQuery, useTransport } from "@connectrpc/connect-query";
import { useState } from "react";
import { type AccessToken, AccessService, Role } from "../../../../gen/hub/v1/access_pb.js";
import { useNow } from "../../live/now.js";
import { Card } from "../../parts/card.js";
import { Confirm } from "../../parts/confirm.js";
import { Empty, Missing } from "../../parts/list-states.js";
import { MayButton } from "../../parts/may-button.js";
import { said } from "../../parts/toasts.js";
import { When } from "../../parts/when.js";
import { Expires } from "./expires.js";
import { expiry } from "./expiry.js";
import { NewAccessToken } from "./new-access-token.js";
import { MadeBy } from "./made-by.js";
import { OnlyFor } from "./only-for.js";
import { roleWords } from "../../words/roles.js";

export function AccessTokens() {
  return (
    <OnlyFor role={Role.ADMIN} title="Access tokens" what="which programs may use this hub">
      <Tokens />
    </OnlyFor>
  );
}

function Tokens() {
  const query = useQuery(AccessService.method.listAccessTokens, {});
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<AccessToken>();
  return (
    <Card
      title="Access tokens"
      note="for programs"
      end={
        <MayButton role={Role.ADMIN} onClick={() => setAdding(true)}>
          New token …
        </MayButton>
      }
      footer="The hub keeps hashes: a token is shown once, when it is made. “Last used” is exact to five minutes."
    >
      {query.data !== undefined ? (
        <TokenTable tokens={query.data.tokens} revoke={setRevoking} />
      ) : (
        <Missing query={query} what="The access tokens could not be read" rpc="hub.v1.AccessService/ListAccessTokens" />
      )}
      <NewAccessToken open={adding} onClose={() => setAdding(false)} onDone={() => void query.refetch()} />
      {revoking !== undefined && (
        <RevokeToken token={revoking} onClose={() => setRevoking(undefined)} onDone={() => void query.refetch()} />
      )}
    </Card>
  );
}

interface TableProps {
  readonly tokens: readonly AccessToken[];
  readonly revoke: (token: AccessToken) => void;
}

function TokenTable({ tokens, revoke }: TableProps) {
  const nowMs = useNow();
  if (tokens.length === 0) {
    return (
      <Empty title="No access tokens">
        <p className="muted">A program that reads this hub, such as Prometheus, gets one: “New token”.</p>
      </Empty>
    );
  }
  return (
    <table className="table fold last" aria-label="Access tokens">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Role</th>
          <th scope="col">Expires</th>
          <th scope="col">Last used</th>
          <th scope="col">Made</th>
          <th scope="col" className="r">
            <span className="sr">Revoke</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => (
          <tr key={token.id}>
            <th scope="row">
              <span className="name">{token.name}</span>
            </th>
            <td data-l="Role">{roleWords(token.role)}</td>
            <td data-l="Expires">
              <Expires at={token.expiresAt} />
            </td>
            <td data-l="Last used">
              {token.lastUsedAt === undefined ? <span className="dim">never</span> : <When at={token.lastUsedAt} />}
            </td>
            <td data-l="Made">
              <MadeBy at={token.createdAt} by={token.createdBy} />
            </td>
            <td className="r">
              <MayButton role={Role.ADMIN} className="btn btn-quiet btn-danger" onClick={() => revoke(token)}>
                {expiry(token.expiresAt, nowMs).state === "over" ? "Remove" : "Revoke"}
                <span className="sr">{token.name}</span> …
              </MayButton>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface RevokeProps {
  readonly token: AccessToken;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function RevokeToken({ token: { id, name }, onClose, onDone }: RevokeProps) {
  const transport = useTransport();
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Revoke the token ${name}?`}
      action={`Revoke ${name}`}
      danger
      onConfirm={async () => {
        await callUnaryMethod(transport, AccessService.method.revokeAccessToken, { id });
        said(`The token ${name} was revoked.`);
        onDone();
      }}
    >
      <p>Programs that use it are refused from now on, and what they are reading ends. It cannot be brought back.</p>
      <p>What was done with it stays, and so do its entries in the audit log.</p>
    </Confirm>
  );
}
