import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { useState } from "react";
import { PushService } from "../../../../gen/hub/v1/pushes_pb.js";
import type { Repo } from "../../../../gen/v1/config_pb.js";
import { Form } from "../../parts/form.js";
import { Sheet } from "../../parts/sheet.js";
import { said } from "../../parts/toasts.js";
import { many } from "../../words/sizes.js";
import { PreviewView } from "./preview-view.js";
import { type Draft, draftOf, RepoForm, repoOf } from "./repo-form.js";
import { usePreview } from "./use-preview.js";

interface ChangeRepoProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly repo: Repo;
}

/** Changes a shared repo: what it would do is shown before it is sent. */
export function ChangeRepo({ open, onClose, repo }: ChangeRepoProps) {
  return (
    <Sheet open={open} onClose={onClose} title={`Change ${repo.id}`} wide>
      {open && <Steps repo={repo} known onClose={onClose} />}
    </Sheet>
  );
}

interface StepsProps {
  readonly repo: Repo;
  /** The hub shares it already. */
  readonly known: boolean;
  readonly onClose: (repoId?: string) => void;
}

/** Enter, look, send. */
export function Steps({ repo, known, onClose }: StepsProps) {
  const transport = useTransport();
  const [draft, setDraft] = useState<Draft>(() => draftOf(repo));
  const { preview, summary, offline, sends, ask, drop } = usePreview();
  if (preview === undefined) {
    return (
      <Form
        key="enter"
        action="Show difference"
        more={
          <button type="button" className="btn btn-quiet" onClick={() => onClose()}>
            Discard
          </button>
        }
        submit={() => ask({ repo: repoOf(draft) })}
      >
        <RepoForm draft={draft} onChange={setDraft} known={known} />
      </Form>
    );
  }
  const isNothing = preview.change === undefined && sends === 0;
  return (
    <Form
      key="look"
      action={actionOf(sends, known)}
      disabled={isNothing}
      more={
        <>
          <button type="button" className="btn" onClick={drop}>
            Back
          </button>
          <button type="button" className="btn btn-quiet" onClick={() => onClose()}>
            Discard
          </button>
        </>
      }
      submit={async () => {
        const { repo: kept } = await callUnaryMethod(transport, PushService.method.putSharedRepo, {
          repo: repoOf(draft),
        });
        said(sends === 0 ? "The hub keeps it; nothing is sent." : `On its way to ${many(sends, "machine")}.`);
        onClose(kept?.repo?.id);
      }}
    >
      {isNothing && <p>Nothing differs: there is nothing to send.</p>}
      <PreviewView preview={preview} summary={summary} offline={offline} />
    </Form>
  );
}

/** What the button says that ends it. */
export function actionOf(sends: number, known: boolean): string {
  if (sends > 0) return `Send to ${many(sends, "machine")}`;
  return known ? "Save at the hub" : "Add repo";
}
