import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { PushService } from "../../../../gen/hub/v1/pushes_pb.js";
import { Confirm } from "../../parts/confirm.js";
import { said } from "../../parts/toasts.js";

interface UnshareProps {
  readonly repoId: string;
  readonly instanceId: string;
  readonly onClose: () => void;
}

/** Asks before a machine gets no more changes of a shared repo. */
export function Unshare({ repoId, instanceId, onClose }: UnshareProps) {
  const transport = useTransport();
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Stop sharing ${repoId} with ${instanceId}?`}
      action={`Unshare ${instanceId}`}
      danger
      onConfirm={async () => {
        await callUnaryMethod(transport, PushService.method.unshareRepo, { repoId, instanceId });
        said(`${repoId} is not shared with ${instanceId} any more.`);
      }}
    >
      <p>
        <b>{instanceId} keeps the repo</b>, with the plans that use it, and goes on backing up to it: a Backrest lets
        nobody take a shared repo away. Delete it there if it is not wanted.
      </p>
      <p>
        From now on it gets no change of it. What has not gone out yet is not sent. Its history stays, its session goes
        on.
      </p>
    </Confirm>
  );
}
