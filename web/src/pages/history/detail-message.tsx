import { type Operation, OperationStatus } from "../../../../gen/v1/operations_pb.js";
import { CopyButton } from "../../parts/copy-button.js";
import { LongText } from "./long-text.js";

const TROUBLE: readonly OperationStatus[] = [OperationStatus.STATUS_ERROR, OperationStatus.STATUS_WARNING];

/** What the machine says of it: mostly the error. */
export function DetailMessage({ operation }: { readonly operation: Operation }) {
  const { displayMessage, status } = operation;
  if (displayMessage.trim() === "") {
    return status === OperationStatus.STATUS_ERROR ? (
      <p className="note plain">The machine does not say why it failed. Its log may.</p>
    ) : null;
  }
  const failed = status === OperationStatus.STATUS_ERROR;
  return (
    <div className={failed ? "errbox" : TROUBLE.includes(status) ? "errbox is-warning" : "errbox is-plain"}>
      <div className="run-line">
        <b>{failed ? "Error" : status === OperationStatus.STATUS_WARNING ? "Warning" : "Message"}</b>
        <CopyButton text={displayMessage} label={failed ? "Copy the error" : "Copy"} shortcut="c" />
      </div>
      <LongText text={displayMessage} name={failed ? "error" : "message"} />
    </div>
  );
}
