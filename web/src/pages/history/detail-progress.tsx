import type { Operation } from "../../../../gen/v1/operations_pb.js";
import { useNow } from "../../live/now.js";
import { firstWords } from "../../words/harmless.js";
import { count, size } from "../../words/sizes.js";
import { fractionOf, progressWords } from "./operation-words.js";
import { useMachineGone } from "./use-machine-gone.js";

interface DetailProgressProps {
  readonly operation: Operation;
  readonly machine: string;
}

/** How far something is that runs. */
export function DetailProgress({ operation, machine }: DetailProgressProps) {
  const nowMs = useNow();
  const gone = useMachineGone(machine);
  const fraction = fractionOf(operation);
  const { op } = operation;
  const entry = op.case === "operationBackup" ? op.value.lastStatus?.entry : undefined;
  const status = entry?.case === "status" ? entry.value : undefined;
  if (gone) {
    return <p className="note plain">It ran when its machine left. How it ended comes when the machine is back.</p>;
  }
  return (
    <div className="run">
      <div className="run-line">
        <span className="num">{fraction === undefined ? "runs" : progressWords(operation, nowMs)}</span>
        {status !== undefined && (
          <span className="dim">
            {size(status.bytesDone)} of {size(status.totalBytes)}, {count(status.filesDone)} of{" "}
            {count(status.totalFiles)} files
          </span>
        )}
      </div>
      {fraction === undefined ? (
        <progress aria-label="Progress" />
      ) : (
        <progress aria-label="Progress" max={100} value={Math.floor(fraction * 100)} />
      )}
      {status?.currentFile[0] !== undefined && (
        <bdi className="small dim trunc" title={firstWords(status.currentFile[0], 300)}>
          {firstWords(status.currentFile[0], 120)}
        </bdi>
      )}
    </div>
  );
}
