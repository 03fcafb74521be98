import { callUnaryMethod, useQuery, useTransport } from "@connectrpc/connect-query";
import { ConnectError } from "@connectrpc/connect";
import { useState } from "react";
import { HubService } from "../../../../gen/hub/v1/hub_pb.js";
import { PeerGeneration, PeersService } from "../../../../gen/hub/v1/peers_pb.js";
import { PushService, type SharedRepo } from "../../../../gen/hub/v1/pushes_pb.js";
import type { Repo } from "../../../../gen/v1/config_pb.js";
import { Form } from "../../parts/form.js";
import { Empty } from "../../parts/list-states.js";
import { Sheet } from "../../parts/sheet.js";
import { said } from "../../parts/toasts.js";
import { many } from "../../words/sizes.js";
import { HowToGrant } from "./how-to-grant.js";
import { MachineChoice } from "./machine-choice.js";
import { PreviewView } from "./preview-view.js";
import { names } from "./previews.js";
import { usePreview } from "./use-preview.js";

interface ShareRepoProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly shared: SharedRepo;
}

/** Shares a repo with more machines: what is to be granted there, and what they would be sent. */
export function ShareRepo({ open, onClose, shared }: ShareRepoProps) {
  return (
    <Sheet open={open} onClose={onClose} title={`Share ${shared.repo?.id ?? ""}`} wide>
      {open && shared.repo !== undefined && <Steps repo={shared.repo} shared={shared} onClose={onClose} />}
    </Sheet>
  );
}

interface StepsProps {
  readonly repo: Repo;
  readonly shared: SharedRepo;
  readonly onClose: () => void;
}

function Steps({ repo, shared: { shares }, onClose }: StepsProps) {
  const transport = useTransport();
  const peers = useQuery(PeersService.method.listPeers, {}).data?.peers ?? [];
  const hub = useQuery(HubService.method.getIdentity, {}).data?.instanceId ?? "this hub";
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [granted, setGranted] = useState(false);
  const { preview, summary, offline, ask, drop } = usePreview(granted);
  const others = peers.filter(({ instanceId }) => !shares.some((share) => share.instanceId === instanceId));
  const ids = others.map(({ instanceId }) => instanceId).filter((id) => chosen.has(id));
  if (others.length === 0) return <Empty title="Every machine of this hub has it already." />;
  const generations = new Set(
    others
      .filter(({ instanceId }) => chosen.has(instanceId))
      .map(({ keys }) => keys.find(({ current }) => current)?.generation ?? PeerGeneration.CURRENT),
  );
  const share = async () => {
    const failed: string[] = [];
    for (const instanceId of ids) {
      try {
        await callUnaryMethod(transport, PushService.method.shareRepo, { repoId: repo.id, instanceId, granted });
      } catch (reason) {
        failed.push(`${instanceId}: ${ConnectError.from(reason).rawMessage}`);
      }
    }
    if (failed.length > 0) throw new Error(failed.join("; "));
    said(`${repo.id} is shared with ${many(ids.length, "machine")}.`);
    onClose();
  };
  if (preview === undefined) {
    return (
      <Form
        key="choose"
        action="Show what is sent"
        disabled={ids.length === 0}
        submit={() => ask({ repo, instanceIds: ids })}
      >
        <MachineChoice ids={others.map(({ instanceId }) => instanceId)} chosen={chosen} onChange={setChosen} />
      </Form>
    );
  }
  return (
    <Form
      key="look"
      action={`Share with ${many(ids.length, "machine")}`}
      more={
        <button type="button" className="btn" onClick={drop}>
          Back
        </button>
      }
      submit={share}
    >
      <p>
        {names(ids, 6)} {ids.length === 1 ? "gets" : "get"} the address and the password of {repo.id}, and every later
        change. Plans, history and sessions stay as they are.
      </p>
      <PreviewView preview={preview} summary={summary} offline={offline} />
      <HowToGrant generations={generations} hub={hub} repoId={repo.id} />
      <label className="check">
        <input type="checkbox" checked={granted} onChange={(event) => setGranted(event.target.checked)} />
        <span>
          It is granted on {ids.length === 1 ? "this machine" : `these ${ids.length} machines`}: I have set it there.{" "}
          <span className="muted">Without that it waits until you say so.</span>
        </span>
      </label>
    </Form>
  );
}
