import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { ConnectError } from "@connectrpc/connect";
import { useState } from "react";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import { ConnectionService } from "../../../../gen/hub/v1/connections_pb.js";
import { Confirm } from "../../parts/confirm.js";
import { useMay } from "../../session/session.js";
import { many } from "../../words/sizes.js";

/** Takes one entry out of the record: what is refused again comes back. */
export function ForgetOne({ id, who }: { readonly id: string; readonly who: string }) {
  const { may, why } = useMay(Role.OPERATOR);
  const transport = useTransport();
  const [error, setError] = useState<string>();
  const forget = async () => {
    try {
      await callUnaryMethod(transport, ConnectionService.method.forgetRefused, { ids: [id] });
    } catch (reason) {
      setError(ConnectError.from(reason).rawMessage);
    }
  };
  return (
    <>
      <button type="button" className="btn btn-quiet" disabled={!may} title={why} onClick={() => void forget()}>
        Forget <span className="sr">the entry of {who}</span>
      </button>
      {error !== undefined && (
        <span className="v-failing" role="alert">
          {error}
        </span>
      )}
    </>
  );
}

export function ForgetAll({ number }: { readonly number: number }) {
  const { may, why } = useMay(Role.OPERATOR);
  const transport = useTransport();
  const [asked, setAsked] = useState(false);
  return (
    <>
      <button type="button" className="btn" disabled={!may} title={why} onClick={() => setAsked(true)}>
        Forget all …
      </button>
      <Confirm
        open={asked}
        onClose={() => setAsked(false)}
        title={`Forget ${many(number, "entry", "entries")}?`}
        action="Forget all"
        danger
        onConfirm={() => callUnaryMethod(transport, ConnectionService.method.forgetRefused, { all: true })}
      >
        <p>
          The record of refused connections is emptied. No machine, session, plan or history is touched, and who waits
          for approval goes on waiting. What is refused again comes back with a new count.
        </p>
      </Confirm>
    </>
  );
}
