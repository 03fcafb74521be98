import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { useState } from "react";
import { useSearchParams } from "wouter";
import { type Difference, PushService, type ShowDifferenceResponse } from "../../../../gen/hub/v1/pushes_pb.js";
import { BackrestSyncStateService, type PeerState } from "../../../../gen/v1sync/syncservice_pb.js";
import { Form, Problem } from "../../parts/form.js";
import { Empty, Loading } from "../../parts/list-states.js";
import { Mark } from "../../parts/mark.js";
import { Sheet } from "../../parts/sheet.js";
import { said } from "../../parts/toasts.js";
import { Words } from "../../parts/words.js";
import { usePeerStates } from "../../rpc/peer-states.js";
import { asSentence, withoutCommand } from "../../words/hub-words.js";
import { DiffView } from "./diff-view.js";
import { planDifferenceLines, repoDifferenceLines } from "./entry-lines.js";
import { EntryChoice } from "./entry-choice.js";
import { changeOf, type MachineChange } from "./machine-change.js";
import { AreaField } from "./repo-form.js";

interface ChangeMachineProps {
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Changes one plan or repo of one machine by hand. */
export function ChangeMachine({ open, onClose }: ChangeMachineProps) {
  return (
    <Sheet open={open} onClose={onClose} title="Change one machine" wide>
      {open && <Content onClose={onClose} />}
    </Sheet>
  );
}

function Content({ onClose }: { readonly onClose: () => void }) {
  const { data, error } = usePeerStates();
  const [params] = useSearchParams();
  const [machine, setMachine] = useState(params.get("on") ?? "");
  if (data === undefined) return error === null ? <Loading /> : <Problem error={error} />;
  const states = [...data.values()]
    .filter(
      ({ remoteConfig }) => remoteConfig !== undefined && remoteConfig.repos.length + remoteConfig.plans.length > 0,
    )
    .sort((one, other) => one.peerInstanceId.localeCompare(other.peerInstanceId));
  if (states.length === 0) {
    return (
      <Empty title="No machine shows its configuration to this hub.">
        <p className="muted">What a machine does not show cannot be changed from here.</p>
      </Empty>
    );
  }
  const state = data.get(machine);
  return (
    <>
      <div className="field">
        <label htmlFor="change-on">Machine</label>
        <select className="input" id="change-on" value={machine} onChange={(event) => setMachine(event.target.value)}>
          <option value="">Choose …</option>
          {states.map(({ peerInstanceId }) => (
            <option key={peerInstanceId} value={peerInstanceId}>
              {peerInstanceId}
            </option>
          ))}
        </select>
        <span className="hint">Machines that show their configuration; each decides whether it takes the change.</span>
      </div>
      {state !== undefined && <OneMachine key={machine} state={state} onClose={onClose} />}
    </>
  );
}

function OneMachine({ state, onClose }: { readonly state: PeerState; readonly onClose: () => void }) {
  const transport = useTransport();
  const [change, setChange] = useState<MachineChange>();
  const [found, setFound] = useState<ShowDifferenceResponse>();
  const { peerInstanceId: instanceId, peerKeyid, remoteConfig } = state;
  if (found === undefined || change === undefined) {
    return (
      <Form
        key="enter"
        action="Show difference"
        disabled={change === undefined}
        submit={async () => {
          if (change === undefined) return;
          const asked = { instanceId, ...changeOf(change) };
          setFound(await callUnaryMethod(transport, PushService.method.showDifference, asked));
        }}
      >
        <EntryChoice config={remoteConfig} change={change} onChange={setChange} />
        {change?.remove === false && (
          <AreaField
            label={`As in the machine’s config.json`}
            rows={16}
            value={change.text}
            onChange={(text) => setChange({ ...change, text })}
            hint="***hidden*** stands for a secret that stays as it is."
          />
        )}
      </Form>
    );
  }
  const isNothing = found.differences.length === 0;
  return (
    <Form
      key="look"
      action={`Send to ${instanceId}`}
      danger={change.remove}
      disabled={isNothing}
      more={
        <button type="button" className="btn" onClick={() => setFound(undefined)}>
          Back
        </button>
      }
      submit={async (text) => {
        const asked = { peerKeyid, ...changeOf(change) };
        const { toConfirm: permissions } = found;
        if (permissions.length > 0 && text("granted") === "on") {
          await callUnaryMethod(transport, PushService.method.confirmPermissions, { instanceId, permissions });
        }
        await callUnaryMethod(transport, BackrestSyncStateService.method.setRemoteClientConfig, asked);
        said(`On its way to ${instanceId}. It counts as applied when the machine shows it.`);
        onClose();
      }}
    >
      {isNothing && <p>Nothing differs: {instanceId} has it so already.</p>}
      {found.differences.map((difference) => (
        <OneDifference key={nameOf(difference)} difference={difference} />
      ))}
      {found.message !== "" && (
        <div className="note v-late">
          <Mark name="warning" size={18} />
          <div>
            <Words text={asSentence(withoutCommand(found.message))} />
          </div>
        </div>
      )}
      {found.toConfirm.length > 0 && (
        <label className="check">
          <input type="checkbox" name="granted" />
          <span>It is granted there: I have set it on {instanceId}, or saw it there.</span>
        </label>
      )}
      <Becomes change={change} instanceId={instanceId} />
    </Form>
  );
}

function OneDifference({ difference }: { readonly difference: Difference }) {
  const { item } = difference;
  const lines =
    item.case === "repo"
      ? repoDifferenceLines(item.value)
      : item.case === "plan"
        ? planDifferenceLines(item.value)
        : [];
  return <DiffView lines={lines} label={`Difference of ${nameOf(difference)}`} />;
}

function nameOf({ item }: Difference): string {
  return `${item.case ?? ""} ${item.value?.after?.id ?? item.value?.before?.id ?? ""}`;
}

function Becomes({ change, instanceId }: { readonly change: MachineChange; readonly instanceId: string }) {
  const session = `${instanceId} begins a new session when it takes it, which is no outage. Its history stays.`;
  if (!change.remove) return <p className="hint">{session}</p>;
  return (
    <p className="hint">
      {change.kind === "plan"
        ? "The plan is deleted there and backs up no more; its snapshots stay in the repo. "
        : "The repo is deleted from the machine’s configuration; the repository itself and its snapshots stay where they are. "}
      {session}
    </p>
  );
}
