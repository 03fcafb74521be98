import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { PushService } from "../../../../gen/hub/v1/pushes_pb.js";
import type { Repo } from "../../../../gen/v1/config_pb.js";
import { Form } from "../../parts/form.js";
import { Empty, Loading } from "../../parts/list-states.js";
import { Sheet } from "../../parts/sheet.js";
import { said } from "../../parts/toasts.js";
import { usePeerStates } from "../../rpc/peer-states.js";
import { actionOf, Steps } from "./change-repo.js";
import { DiffView } from "./diff-view.js";
import { repoLines } from "./entry-lines.js";
import { PreviewView } from "./preview-view.js";
import { emptyRepo, repoPlace } from "./repo-draft.js";
import { usePreview } from "./use-preview.js";

interface AddRepoProps {
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Adds a shared repo: copied from a machine with its secrets, or entered by hand. */
export function AddRepo({ open, onClose }: AddRepoProps) {
  const [from, setFrom] = useState<"machine" | "hand">("machine");
  const [, navigate] = useLocation();
  const close = (repoId?: string) => {
    if (repoId === undefined) onClose();
    else navigate(`/repos/${encodeURIComponent(repoId)}?do=share`);
  };
  return (
    <Sheet open={open} onClose={onClose} title="Add a shared repo" wide>
      <div className="seg" role="group" aria-label="Where from">
        <button type="button" aria-pressed={from === "machine"} onClick={() => setFrom("machine")}>
          Copy from a machine
        </button>
        <button type="button" aria-pressed={from === "hand"} onClick={() => setFrom("hand")}>
          Enter by hand
        </button>
      </div>
      {open && (from === "machine" ? <FromMachine onClose={close} /> : <ByHand onClose={close} />)}
    </Sheet>
  );
}

function ByHand({ onClose }: { readonly onClose: (repoId?: string) => void }) {
  const [repo] = useState(emptyRepo);
  return <Steps repo={repo} known={false} onClose={onClose} />;
}

interface Found {
  readonly key: string;
  readonly instanceId: string;
  readonly repo: Repo;
}

function FromMachine({ onClose }: { readonly onClose: (repoId?: string) => void }) {
  const transport = useTransport();
  const { data, error } = usePeerStates();
  const [chosen, setChosen] = useState("");
  const { preview, summary, offline, sends, ask, drop } = usePreview();
  if (data === undefined) return error === null ? <Loading /> : <p role="alert">{error.message}</p>;
  const found: Found[] = [...data.values()].flatMap(({ peerInstanceId: instanceId, remoteConfig }) =>
    (remoteConfig?.repos ?? []).map((repo) => ({ key: `${instanceId}/${repo.id}`, instanceId, repo })),
  );
  found.sort((one, other) => one.key.localeCompare(other.key));
  const one = found.find(({ key }) => key === chosen);
  if (found.length === 0) {
    return (
      <Empty title="No machine shows its configuration to this hub.">
        <p className="muted">Enter the repo by hand, or let a machine show its configuration.</p>
      </Empty>
    );
  }
  const asked = { repo: { id: one?.repo.id ?? "" }, fromInstanceId: one?.instanceId ?? "" };
  return (
    <Form
      action={preview === undefined ? "Show what it does" : actionOf(sends, false)}
      disabled={one === undefined}
      submit={async () => {
        if (preview === undefined) return ask(asked);
        await callUnaryMethod(transport, PushService.method.putSharedRepo, asked);
        said(`${asked.repo.id} was copied from ${asked.fromInstanceId}.`);
        onClose(asked.repo.id);
      }}
    >
      <div className="field">
        <label htmlFor="from-machine">Machine and repo</label>
        <select
          className="input"
          id="from-machine"
          value={chosen}
          onChange={(event) => {
            setChosen(event.target.value);
            drop();
          }}
        >
          <option value="">Choose …</option>
          {found.map(({ key, instanceId, repo }) => (
            <option key={key} value={key}>
              {instanceId}: {repo.id} ({repoPlace(repo.uri)})
            </option>
          ))}
        </select>
        <span className="hint">
          The hub takes it with its password and its other secrets; none of them passes through this page. The machine
          keeps it as a repo of its own.
        </span>
      </div>
      {one !== undefined && preview === undefined && (
        <DiffView lines={repoLines(one.repo)} label={`Settings of ${one.repo.id}`} />
      )}
      {preview !== undefined && <PreviewView preview={preview} summary={summary} offline={offline} />}
    </Form>
  );
}
