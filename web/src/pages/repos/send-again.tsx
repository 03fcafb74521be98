import { callUnaryMethod, useQuery, useTransport } from "@connectrpc/connect-query";
import { PushPermission, PushService, type RepoShare } from "../../../../gen/hub/v1/pushes_pb.js";
import type { Repo } from "../../../../gen/v1/config_pb.js";
import { Form, Problem } from "../../parts/form.js";
import { Loading } from "../../parts/list-states.js";
import { Sheet } from "../../parts/sheet.js";
import { said } from "../../parts/toasts.js";
import { Words } from "../../parts/words.js";
import { asSentence, isAboutGrant, withoutCommand } from "../../words/hub-words.js";
import { DiffView } from "./diff-view.js";
import { repoDifferenceLines } from "./entry-lines.js";

interface SendAgainProps {
  readonly repo: Repo;
  readonly share: RepoShare;
  readonly onClose: () => void;
}

/** Sends a shared repo once more, and records that the machine allows it where somebody says so. */
export function SendAgain({ repo, share: { instanceId, message }, onClose }: SendAgainProps) {
  const transport = useTransport();
  const needsWord = isAboutGrant(message);
  return (
    <Sheet open onClose={onClose} title={`Send ${repo.id} to ${instanceId}`} wide>
      <Form
        action={`Send to ${instanceId}`}
        submit={async (text) => {
          const asked = { repoId: repo.id, instanceId, granted: text("granted") === "on" };
          const { share } = await callUnaryMethod(transport, PushService.method.shareRepo, asked);
          if (share !== undefined && share.permission !== PushPermission.GRANTED) {
            throw new Error(`not sent: ${withoutCommand(share.message)}`);
          }
          said(`${repo.id} goes to ${instanceId}. It counts as applied when the machine shows it.`);
          onClose();
        }}
      >
        {message !== "" && (
          <p>
            <Words text={asSentence(withoutCommand(message))} />
          </p>
        )}
        <Difference repo={repo} instanceId={instanceId} />
        {needsWord && (
          <>
            <label className="check">
              <input type="checkbox" name="granted" />
              <span>It is granted there: I have set it on {instanceId}, or saw it there.</span>
            </label>
            <p className="hint">
              A Backrest does not tell what it allows. It ends its session over what it does not, comes back after a
              minute, and nothing is lost.
            </p>
          </>
        )}
      </Form>
    </Sheet>
  );
}

function Difference({ repo, instanceId }: { readonly repo: Repo; readonly instanceId: string }) {
  const asked = { repo, instanceIds: [instanceId] };
  const { data, error } = useQuery(PushService.method.previewSharedRepo, asked, { staleTime: 0 });
  if (error !== null) return <Problem error={error} />;
  if (data === undefined) return <Loading rows={2} />;
  const machine = data.machines.find((each) => each.instanceId === instanceId);
  if (machine?.difference === undefined) return <p className="muted">{instanceId} has all of it already.</p>;
  return (
    <>
      {!machine.showsConfiguration && (
        <p className="muted">{instanceId} does not show its configuration: what it has now is not known.</p>
      )}
      <DiffView lines={repoDifferenceLines(machine.difference)} label={`Difference on ${instanceId}`} />
    </>
  );
}
