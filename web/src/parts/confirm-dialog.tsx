import { AlertDialog } from "@base-ui/react/alert-dialog";
import { ConnectError } from "@connectrpc/connect";
import { type ReactNode, useState } from "react";
import { Mark } from "./mark.js";

export interface ConfirmProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: ReactNode;
  /** What becomes of history, sessions and plans. */
  readonly children: ReactNode;
  /** The verb and the thing: "Remove praxis-nas". */
  readonly action: string;
  readonly danger?: boolean;
  /** What it throws is shown, and the dialog stays. */
  readonly onConfirm: () => Promise<unknown>;
}

/** Asks before something that cannot be taken back, or that others will notice. */
export function ConfirmDialog({ open, onClose, title, children, action, danger = false, onConfirm }: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const confirm = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      onClose();
    } catch (reason) {
      setError(ConnectError.from(reason).rawMessage);
    } finally {
      setBusy(false);
    }
  };
  const close = (next: boolean) => {
    if (next || busy) return;
    setError(undefined);
    onClose();
  };
  return (
    <AlertDialog.Root open={open} onOpenChange={close}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="dialog dialog-place">
          <AlertDialog.Title>{title}</AlertDialog.Title>
          <AlertDialog.Description render={<div className="stack-2" />}>{children}</AlertDialog.Description>
          {error !== undefined && (
            <div className="note v-failing" role="alert">
              <Mark name="failing" />
              <div>{error}</div>
            </div>
          )}
          <div className="actions">
            <button
              type="button"
              className={`btn ${danger ? "btn-danger" : "btn-primary"}`}
              disabled={busy}
              onClick={() => void confirm()}
            >
              {action}
            </button>
            <AlertDialog.Close className="btn" disabled={busy}>
              Cancel
            </AlertDialog.Close>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
