import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { useState } from "react";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import { PushService } from "../../../../gen/hub/v1/pushes_pb.js";
import { Confirm } from "../../parts/confirm.js";
import { useMay } from "../../session/session.js";
import { many } from "../../words/sizes.js";

interface ConfirmReposProps {
  readonly instanceId: string;
  readonly repoIds: readonly string[];
}

/** Says for the machine that it takes shared repos: a Backrest does not tell, and ends its session over one it does not take. */
export function ConfirmRepos({ instanceId, repoIds }: ConfirmReposProps) {
  const { may, why } = useMay(Role.ADMIN);
  const [asked, setAsked] = useState(false);
  const transport = useTransport();
  const confirm = async () => {
    for (const repoId of repoIds)
      await callUnaryMethod(transport, PushService.method.shareRepo, { repoId, instanceId, granted: true });
  };
  return (
    <div className="actions">
      <button type="button" className="btn" disabled={!may} title={why} onClick={() => setAsked(true)}>
        {`Send ${many(repoIds.length, "shared repo")} …`}
      </button>
      <Confirm
        open={asked}
        onClose={() => setAsked(false)}
        title={
          <>
            Send {many(repoIds.length, "shared repo")} to <bdi>{instanceId}</bdi>?
          </>
        }
        action="Send them"
        onConfirm={confirm}
      >
        <p>
          {repoIds.join(", ")}: addresses and passwords go to that machine at once, and after each change here. Its own
          plans and its history stay as they are. If the permission is not there after all, Backrest ends its session,
          comes back within minutes, and nothing more is sent.
        </p>
      </Confirm>
    </div>
  );
}
