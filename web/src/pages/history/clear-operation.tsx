import { useMutation } from "@connectrpc/connect-query";
import { useState } from "react";
import { Role } from "../../../../gen/hub/v1/access_pb.js";
import { type Operation, OperationStatus } from "../../../../gen/v1/operations_pb.js";
import { Backrest } from "../../../../gen/v1/service_pb.js";
import { Confirm } from "../../parts/confirm.js";
import { MayButton } from "../../parts/may-button.js";
import { said } from "../../parts/toasts.js";
import { useHasRole } from "../../session/session.js";

interface ClearOperationProps {
  readonly operation: Operation;
  readonly onCleared: () => void;
}

const NOT_ENDED: readonly OperationStatus[] = [OperationStatus.STATUS_PENDING, OperationStatus.STATUS_INPROGRESS];

/** Hides one operation at the hub, once it has ended. */
export function ClearOperation({ operation, onCleared }: ClearOperationProps) {
  const [open, setOpen] = useState(false);
  const isOperator = useHasRole(Role.OPERATOR);
  const clear = useMutation(Backrest.method.clearHistory);
  if (!isOperator || NOT_ENDED.includes(operation.status)) return null;
  return (
    <>
      <MayButton role={Role.OPERATOR} className="btn btn-quiet clear" onClick={() => setOpen(true)}>
        Clear from history …
      </MayButton>
      <Confirm
        open={open}
        onClose={() => setOpen(false)}
        title="Clear this operation from the history?"
        action="Clear from history"
        danger
        onConfirm={async () => {
          await clear.mutateAsync({ selector: { ids: [operation.id] } });
          said("The operation was cleared from the history.");
          onCleared();
        }}
      >
        <p>The hub shows it to nobody any more, and its machine does not bring it back. This cannot be undone here.</p>
        <p>
          The machine, its own history and its snapshots stay as they are. So does the verdict: a backup that happened
          still happened.
        </p>
      </Confirm>
    </>
  );
}
