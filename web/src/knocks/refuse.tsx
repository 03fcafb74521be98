import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { useState } from "react";
import { Role } from "../../../gen/hub/v1/access_pb.js";
import { type Knock, PeersService } from "../../../gen/hub/v1/peers_pb.js";
import { Confirm } from "../parts/confirm.js";
import { said } from "../parts/toasts.js";
import { isolated } from "../words/isolated.js";
import { useMay } from "../session/session.js";
import { Claimed } from "../parts/claimed.js";

/** Takes a machine off the list of those who wait, after saying what that means. */
export function Refuse({ knock: { instanceId, keyid } }: { readonly knock: Knock }) {
  const { may, why } = useMay(Role.OPERATOR);
  const [asked, setAsked] = useState(false);
  const transport = useTransport();
  const refuse = async () => {
    await callUnaryMethod(transport, PeersService.method.refusePeer, { keyid });
    said(`${isolated(instanceId)} is refused.`);
  };
  return (
    <>
      <button type="button" className="btn btn-danger" disabled={!may} title={why} onClick={() => setAsked(true)}>
        Refuse … <span className="sr">{instanceId}</span>
      </button>
      <Confirm
        open={asked}
        onClose={() => setAsked(false)}
        title={
          <>
            Refuse <Claimed text={instanceId} />?
          </>
        }
        action="Refuse it"
        danger
        onConfirm={refuse}
      >
        <p>
          <Claimed text={instanceId} /> stays outside, and its key is not listed here again as long as the hub runs; the
          record of refused connections goes on counting it. It was never let in, so there is no session, plan or
          history to lose. A machine that is enrolled under this name is not touched.
        </p>
        <p className="fp">{keyid}</p>
        <p className="muted">
          If it was a mistake: a pairing token lets it in, and so does <code>backrest-hub peers add</code>.
        </p>
      </Confirm>
    </>
  );
}
