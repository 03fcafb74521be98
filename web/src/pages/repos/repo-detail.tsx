import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import { PushService, type SharedRepo } from "../../../../gen/hub/v1/pushes_pb.js";
import { Card } from "../../parts/card.js";
import { Confirm } from "../../parts/confirm.js";
import { MayButton } from "../../parts/may-button.js";
import { said } from "../../parts/toasts.js";
import { When } from "../../parts/when.js";
import { many } from "../../words/sizes.js";
import { ChangeRepo } from "./change-repo.js";
import { DiffView } from "./diff-view.js";
import { repoLines } from "./entry-lines.js";
import type { ReposData } from "./repos-data.js";
import { ShareRepo } from "./share-repo.js";
import { SharesCard } from "./shares-card.js";

interface RepoDetailProps {
  readonly shared: SharedRepo;
  readonly data: ReposData;
  readonly doing: string | null;
  readonly open: (what: string | undefined) => void;
}

/** One shared repo: what it is, and how far it is with each machine. */
export function RepoDetail({ shared, data, doing, open }: RepoDetailProps) {
  const { repo, shares, updatedAt } = shared;
  const [removing, setRemoving] = useState(false);
  if (repo === undefined) return null;
  const close = () => open(undefined);
  return (
    <>
      <Card
        title={repo.id}
        note={
          updatedAt !== undefined && (
            <>
              changed <When at={updatedAt} />
            </>
          )
        }
        end={
          <>
            <MayButton role={Role.ADMIN} onClick={() => open("change")}>
              Change …
            </MayButton>
            <MayButton role={Role.ADMIN} onClick={() => open("share")}>
              Share …
            </MayButton>
            <MayButton role={Role.ADMIN} className="btn btn-quiet btn-danger" onClick={() => setRemoving(true)}>
              Remove …
            </MayButton>
          </>
        }
      >
        <div className="body">
          <DiffView lines={repoLines(repo)} label={`Settings of ${repo.id}`} />
        </div>
      </Card>
      <SharesCard shared={shared} data={data} share={() => open("share")} />
      <ChangeRepo open={doing === "change"} onClose={close} repo={repo} />
      <ShareRepo open={doing === "share"} onClose={close} shared={shared} />
      <RemoveRepo id={repo.id} machines={shares.length} open={removing} onClose={() => setRemoving(false)} />
    </>
  );
}

interface RemoveProps {
  readonly id: string;
  readonly machines: number;
  readonly open: boolean;
  readonly onClose: () => void;
}

function RemoveRepo({ id, machines, open, onClose }: RemoveProps) {
  const transport = useTransport();
  const [, navigate] = useLocation();
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={`Remove ${id} from the hub?`}
      action={`Remove ${id}`}
      danger
      onConfirm={async () => {
        await callUnaryMethod(transport, PushService.method.removeSharedRepo, { id });
        said(`${id} is not shared any more.`);
        navigate("/repos");
      }}
    >
      <p>
        The hub forgets its address and its password.{" "}
        {machines > 0 && (
          <>
            <b>
              {many(machines, "machine")} that it is shared with {machines === 1 ? "keeps" : "keep"} it
            </b>
            , with the plans that use it, and {machines === 1 ? "goes" : "go"} on backing up: a Backrest lets nobody
            take a shared repo away. What has not gone out yet is not sent.
          </>
        )}
      </p>
      <p>Their history at this hub stays, and no session ends.</p>
    </Confirm>
  );
}
