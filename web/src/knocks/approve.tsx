import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { useState } from "react";
import { Role } from "../../../gen/hub/v1/access_pb.js";
import { type Knock, type Peer, PeersService } from "../../../gen/hub/v1/peers_pb.js";
import { useLivePart } from "../live/live.js";
import { Confirm } from "../parts/confirm.js";
import { Said } from "../parts/said.js";
import { said } from "../parts/toasts.js";
import { isolated } from "../words/isolated.js";
import { labelsOfKey } from "../words/labels.js";
import { nextTry, plainText } from "../words/pieces.js";
import { useMay } from "../session/session.js";
import { Claimed } from "../parts/claimed.js";

interface ApproveProps {
  readonly knock: Knock;
  /** The machine whose key would be replaced. */
  readonly replaces?: Peer | undefined;
  readonly onApproved?: ((instanceId: string) => void) | undefined;
  /** It is what the page is about. */
  readonly primary?: boolean | undefined;
}

/** Lets a machine in, after saying what that means. */
export function Approve({ knock, replaces, onApproved, primary = false }: ApproveProps) {
  const { may, why } = useMay(Role.OPERATOR);
  const [asked, setAsked] = useState(false);
  const transport = useTransport();
  const { instanceId, keyid } = knock;
  const approve = async () => {
    const { peer } = await callUnaryMethod(transport, PeersService.method.approvePeer, { keyid });
    said(`${isolated(instanceId)} is let in. ${plainText(nextTry(labelsOfKey(keyid)))}`);
    onApproved?.(peer?.instanceId ?? instanceId);
  };
  return (
    <>
      <button
        type="button"
        className={primary ? "btn btn-primary" : "btn"}
        disabled={!may}
        title={why}
        onClick={() => setAsked(true)}
      >
        {replaces === undefined ? "Let it in …" : "Replace the key …"}
        <span className="sr">{instanceId}</span>
      </button>
      <Confirm
        open={asked}
        onClose={() => setAsked(false)}
        title={
          replaces === undefined ? (
            <>
              Let <Claimed text={instanceId} /> in?
            </>
          ) : (
            <>
              Give <Claimed text={instanceId} /> another key?
            </>
          )
        }
        action={replaces === undefined ? "Let it in" : "Replace the key"}
        onConfirm={approve}
      >
        {replaces === undefined ? <LetIn knock={knock} /> : <Replace knock={knock} replaces={replaces} />}
      </Confirm>
    </>
  );
}

function LetIn({ knock: { instanceId, keyid } }: { readonly knock: Knock }) {
  return (
    <>
      <p>
        The machine with this key is let in as <Claimed text={instanceId} /> from now on.{" "}
        <Said pieces={nextTry(labelsOfKey(keyid))} /> Its history comes in then. What the hub may see and change there
        is set on that machine. You can remove it later; its history stays.
      </p>
      <p className="fp">{keyid}</p>
      <p className="muted">
        Compare the key with the one that the machine itself shows. The name alone proves nothing.
      </p>
    </>
  );
}

function Replace({ knock: { instanceId, keyid }, replaces }: { readonly knock: Knock; readonly replaces: Peer }) {
  const connected = useLivePart(({ machines }) => machines.get(instanceId)?.connected === true);
  return (
    <>
      {connected && (
        <p>
          <b>The machine with the old key is connected right now.</b> Most likely two machines have one name, and the
          other one needs an instance ID of its own.
        </p>
      )}
      <p>
        <Claimed text={instanceId} /> keeps its history, plans and verdicts under the new key. The old key is let in no
        more{connected ? ", and its session ends at once" : ""}. Repos that the hub shares with it, passwords included,
        go to the machine with the new key.
      </p>
      <dl className="kv">
        <dt>Old key</dt>
        <dd className="fp">{replaces.keyid}</dd>
        <dt>New key</dt>
        <dd className="fp">{keyid}</dd>
      </dl>
      <p className="muted">Compare the new key with the one that the machine itself shows.</p>
    </>
  );
}
