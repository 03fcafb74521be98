import { Link } from "wouter";
import { type Operation, OperationStatus } from "../../../../gen/v1/operations_pb.js";
import { historyPath, machinePath } from "../../frame/pages.js";
import { useNow } from "../../live/now.js";
import { MarkWord } from "../../parts/mark.js";
import { When } from "../../parts/when.js";
import { firstWords } from "../../words/harmless.js";
import { ago, duration, exact, near } from "../../words/times.js";
import { ClearOperation } from "./clear-operation.js";
import { DetailFlow } from "./detail-flow.js";
import { DetailLog } from "./detail-log.js";
import { DetailMessage } from "./detail-message.js";
import { DetailProgress } from "./detail-progress.js";
import { FileErrors } from "./file-errors.js";
import { cancelledBy, factsOf, outputOf } from "./facts.js";
import { Forgotten } from "./forgotten.js";
import { LastGood } from "./last-good.js";
import { LongText } from "./long-text.js";
import { planOf, tookMs } from "./operation-words.js";
import { LEFT_RUNNING, resultOf } from "./results.js";
import { startMs } from "./rows.js";
import { SeenBefore } from "./seen-before.js";
import { useMachineGone } from "./use-machine-gone.js";
import type { ChangeView } from "./use-view.js";

interface DetailProps {
  readonly operation: Operation;
  readonly machine: string;
  readonly change: ChangeView;
}

/** Everything that the hub has of one operation. */
export function Detail({ operation, machine, change }: DetailProps) {
  const { status, id, originalId } = operation;
  const facts = factsOf(operation);
  const output = outputOf(operation);
  const failed = status === OperationStatus.STATUS_ERROR;
  return (
    <>
      <div className="body stack">
        <Basics operation={operation} machine={machine} />
        {status === OperationStatus.STATUS_INPROGRESS && <DetailProgress operation={operation} machine={machine} />}
        <DetailMessage operation={operation} />
        {failed && <SeenBefore operation={operation} machine={machine} />}
        <FileErrors operation={operation} />
        {facts.length > 0 && (
          <div className="stack-2">
            <h3>{failed ? "What it had done" : "What it did"}</h3>
            <dl className="kv">
              {facts.map(({ label, value, whole, none }) => (
                <div key={label} className="fact">
                  <dt>{label}</dt>
                  <dd className={none === true ? "dim" : undefined}>
                    <bdi className={whole === undefined ? undefined : "mono"} title={whole}>
                      {value}
                    </bdi>
                  </dd>
                </div>
              ))}
            </dl>
          </div>
        )}
        <Forgotten operation={operation} />
        {output !== "" && (
          <div className="stack-2">
            <h3>Output</h3>
            <LongText text={output} name="output" />
          </div>
        )}
        <DetailFlow operation={operation} change={change} />
        <DetailLog operation={operation} />
        {failed && <LastGood operation={operation} machine={machine} />}
      </div>
      <footer>
        <span className="mono xs">op {String(id)}</span>
        {originalId !== 0n && <span>machine’s own id {String(originalId)}</span>}
        <ClearOperation operation={operation} onCleared={() => change({ operation: undefined })} />
      </footer>
    </>
  );
}

function Basics({ operation, machine }: Pick<DetailProps, "operation" | "machine">) {
  const nowMs = useNow();
  const { status, repoId, repoGuid } = operation;
  const left = useMachineGone(machine) && status === OperationStatus.STATUS_INPROGRESS;
  const { mark, word } = left ? LEFT_RUNNING : resultOf(status);
  const plan = planOf(operation);
  const atMs = startMs(operation);
  const took = left ? undefined : tookMs(operation, nowMs);
  const planned = status === OperationStatus.STATUS_PENDING;
  const by = cancelledBy(status);
  const repo = repoId === "" ? repoGuid : repoId;
  return (
    <dl className="kv">
      <dt>Result</dt>
      <dd className="op-row">
        <MarkWord name={mark} word={word} />
        {by !== undefined && <span className="dim">{by}</span>}
      </dd>
      <dt>Machine</dt>
      <dd>
        <Link href={machinePath(machine)}>
          <bdi>{firstWords(machine, 120)}</bdi>
        </Link>
      </dd>
      {plan !== undefined && (
        <>
          <dt>Plan</dt>
          <dd>
            <Link href={historyPath({ machine, plan: operation.planId })}>
              <bdi>{plan}</bdi>
            </Link>
          </dd>
        </>
      )}
      {repo !== "" && (
        <>
          <dt>Repo</dt>
          <dd>
            <Link href={historyPath({ repo })}>
              <bdi>{firstWords(repo, 120)}</bdi>
            </Link>
          </dd>
        </>
      )}
      <dt>{planned ? "Due" : "Began"}</dt>
      <dd>
        {exact(atMs)} <span className="dim nowrap">({planned ? near(atMs, nowMs) : ago(atMs, nowMs)})</span>
      </dd>
      {took !== undefined && (
        <>
          <dt>{status === OperationStatus.STATUS_INPROGRESS ? "Runs for" : "Took"}</dt>
          <dd>
            {duration(took)}
            {operation.unixTimeEndMs !== 0n && (
              <span className="dim">
                , ended <When at={operation.unixTimeEndMs} />
              </span>
            )}
          </dd>
        </>
      )}
    </dl>
  );
}
