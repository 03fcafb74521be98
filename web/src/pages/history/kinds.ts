import { OperationKind } from "../../../../gen/hub/v1/history_pb.js";
import type { Operation } from "../../../../gen/v1/operations_pb.js";

type OperationCase = NonNullable<Operation["op"]["case"]>;

export interface KindWords {
  readonly kind: OperationKind;
  /** As it stands in the address. */
  readonly value: string;
  readonly word: string;
  readonly of: OperationCase;
  /** Whether it comes beside another one, which says more. */
  readonly beside: boolean;
}

/** In the order in which somebody looks for them. */
export const KINDS: readonly KindWords[] = [
  { kind: OperationKind.BACKUP, value: "backup", word: "Backup", of: "operationBackup", beside: false },
  { kind: OperationKind.FORGET, value: "forget", word: "Forget", of: "operationForget", beside: false },
  { kind: OperationKind.PRUNE, value: "prune", word: "Prune", of: "operationPrune", beside: false },
  { kind: OperationKind.CHECK, value: "check", word: "Check", of: "operationCheck", beside: false },
  { kind: OperationKind.RESTORE, value: "restore", word: "Restore", of: "operationRestore", beside: false },
  { kind: OperationKind.STATS, value: "stats", word: "Stats", of: "operationStats", beside: false },
  { kind: OperationKind.RUN_COMMAND, value: "command", word: "Command", of: "operationRunCommand", beside: false },
  { kind: OperationKind.RUN_HOOK, value: "hook", word: "Hook", of: "operationRunHook", beside: true },
  {
    kind: OperationKind.INDEX_SNAPSHOT,
    value: "snapshot",
    word: "Snapshot",
    of: "operationIndexSnapshot",
    beside: true,
  },
];

export function kindOf({ op }: Pick<Operation, "op">): KindWords | undefined {
  return KINDS.find(({ of }) => of === op.case);
}
