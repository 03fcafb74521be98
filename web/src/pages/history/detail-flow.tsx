import { useQuery } from "@connectrpc/connect-query";
import { useCallback, useEffect, useRef } from "react";
import type { Operation, OperationEvent } from "../../../../gen/v1/operations_pb.js";
import { Backrest } from "../../../../gen/v1/service_pb.js";
import { useOperationEvents } from "../../live/live.js";
import { useNow } from "../../live/now.js";
import { Failed } from "../../parts/list-states.js";
import { Mark } from "../../parts/mark.js";
import { many } from "../../words/sizes.js";
import { clock, duration } from "../../words/times.js";
import { newestFirst } from "./live-list.js";
import { kindWord, objectOf, tookMs } from "./operation-words.js";
import { resultOf } from "./results.js";
import { startMs } from "./rows.js";
import type { ChangeView } from "./use-view.js";

interface DetailFlowProps {
  readonly operation: Operation;
  readonly change: ChangeView;
}

const SHOWN = 12;
const READ = 200n;
const AGAIN_MS = 500;

/** What belongs to the same run: a backup with its snapshot, its hooks and what cleans up behind it. */
export function DetailFlow({ operation, change }: DetailFlowProps) {
  const { flowId } = operation;
  const nowMs = useNow();
  const input = { selector: { flowId }, lastN: READ };
  const { data, error, refetch } = useQuery(Backrest.method.getOperations, input, { enabled: flowId !== 0n });
  useReadAgain(flowId, refetch);
  if (error !== null) {
    return (
      <Failed
        what="The rest of the run could not be read"
        error={error}
        rpc="v1.Backrest/GetOperations"
        retry={() => void refetch()}
      />
    );
  }
  const others = (data?.operations ?? []).toSorted((a, b) => newestFirst(b, a));
  if (others.length < 2) return null;
  return (
    <div className="stack-2">
      <h3>In the same run</h3>
      <ul className="op-flow">
        {others.slice(0, SHOWN).map((one) => {
          const { mark, word } = resultOf(one.status);
          const took = tookMs(one, nowMs);
          const isThis = one.id === operation.id;
          return (
            <li key={String(one.id)} className="run-line">
              <span className={`v v-${mark} trunc`}>
                <Mark name={mark} size={14} />
                <span className="sr">{word}:</span>
                {isThis ? (
                  <b aria-current="true">{kindWord(one)}</b>
                ) : (
                  <button type="button" className="link" onClick={() => change({ operation: one.id }, true)}>
                    {kindWord(one)}
                  </button>
                )}
                {one.op.case === "operationRunHook" && <bdi className="muted trunc">{objectOf(one)}</bdi>}
              </span>
              <span className="dim">
                {clock(startMs(one))}
                {took !== undefined && ` · ${duration(took)}`}
              </span>
            </li>
          );
        })}
      </ul>
      {others.length > SHOWN && <p className="hint">and {many(others.length - SHOWN, "other")}</p>}
    </div>
  );
}

/** A run that goes on gets more operations: whenever one of it is told, it is read anew. */
function useReadAgain(flowId: bigint, read: () => Promise<unknown>): void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const listen = useCallback(
    ({ event }: OperationEvent) => {
      if (event.case !== "createdOperations" && event.case !== "updatedOperations") return;
      if (!event.value.operations.some((one) => one.flowId === flowId)) return;
      timer.current ??= setTimeout(() => {
        timer.current = undefined;
        void read();
      }, AGAIN_MS);
    },
    [flowId, read],
  );
  useOperationEvents(listen);
}
