import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { useState } from "react";
import { PeersService } from "../../../gen/hub/v1/peers_pb.js";
import { ConfirmDialog } from "../parts/confirm-dialog.js";
import { said } from "../parts/toasts.js";
import { ask, type AskedChange } from "./asked.js";
import { SnoozeSheet } from "./snooze-sheet.js";
import { useSettingsChange } from "./use-settings-change.js";
import "./machine.css";

/** What is asked before a machine is snoozed, ignored or removed. */
export function Dialogs({ asked }: { readonly asked: AskedChange | undefined }) {
  // What fades out still says whom it was about.
  const [last, setLast] = useState(asked);
  if (asked !== undefined && asked !== last) setLast(asked);
  const set = useSettingsChange();
  const transport = useTransport();
  if (last === undefined) return null;
  const { instanceId } = last;
  const is = (change: AskedChange["change"]) => asked?.change === change;
  const close = () => ask(undefined);
  return (
    <>
      <SnoozeSheet key={instanceId} instanceId={instanceId} open={is("snooze")} onClose={close} />
      <ConfirmDialog
        open={is("ignore")}
        onClose={close}
        title={`Ignore ${instanceId}?`}
        action={`Ignore ${instanceId}`}
        onConfirm={async () => {
          await set({ instanceId, ignored: true });
          said(`${instanceId} is ignored.`, { label: "Undo", run: () => set({ instanceId, ignored: false }) });
        }}
      >
        <p>It never needs attention again and counts in no figure, until somebody takes that back.</p>
        <p>Its session, its history and its plans go on as they are.</p>
      </ConfirmDialog>
      <ConfirmDialog
        open={is("remove")}
        onClose={close}
        title={`Remove ${instanceId}?`}
        action={`Remove ${instanceId}`}
        danger
        onConfirm={async () => {
          await callUnaryMethod(transport, PeersService.method.removePeer, {
            peer: { case: "instanceId", value: instanceId },
          });
          said(`${instanceId} is removed.`);
        }}
      >
        <p>Its session ends, and the hub refuses it from now on.</p>
        <p>
          Its history stays, hidden from lists, and comes back with it. Its plans go on: the machine backs up as before,
          and nobody here sees it.
        </p>
        <p>To come back it needs a new pairing token, or its key approved once more.</p>
      </ConfirmDialog>
    </>
  );
}
