import { memo, type MouseEvent } from "react";
import { Link, useSearch } from "wouter";
import { type Operation, OperationStatus } from "../../../../gen/v1/operations_pb.js";
import { useNow } from "../../live/now.js";
import { MarkWord } from "../../parts/mark.js";
import { When } from "../../parts/when.js";
import type { DrawnRow } from "../../parts/window-table.js";
import { firstWords } from "../../words/harmless.js";
import { size } from "../../words/sizes.js";
import { clock, duration, span } from "../../words/times.js";
import { useChanges } from "../../parts/use-changes.js";
import { addedBytes, kindWord, lineOf, objectOf, tookMs } from "./operation-words.js";
import { LEFT_RUNNING, resultOf } from "./results.js";
import { startMs } from "./rows.js";
import { useMachineGone } from "./use-machine-gone.js";
import type { ChangeView } from "./use-view.js";

interface OperationRowProps extends DrawnRow {
  readonly operation: Operation;
  readonly machine: string;
  readonly selected: boolean;
  readonly change: ChangeView;
}

export const OperationRow = memo(function OperationRow(props: OperationRowProps) {
  const { operation, machine, index, stop, selected, change, measure } = props;
  const left = useMachineGone(machine) && operation.status === OperationStatus.STATUS_INPROGRESS;
  const { mark, word } = left ? LEFT_RUNNING : resultOf(operation.status);
  const added = addedBytes(operation);
  const changes = useChanges(String(operation.status));
  const open = (event: MouseEvent) => {
    // What a browser does with a link when a key is held is left to it.
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    change({ operation: operation.id }, true);
  };
  return (
    // On a phone it is no longer laid out as a table's.
    // The table takes the keys of all its rows.
    <tr
      ref={measure}
      role="row"
      className={`op${changes}`}
      data-index={index}
      aria-rowindex={index + 2}
      aria-selected={selected}
      tabIndex={stop ? 0 : -1}
      onClick={open}
    >
      <td role="gridcell" className="o-t">
        <When at={startMs(operation)} words={clock(startMs(operation))} focusable={false} />
      </td>
      <td role="gridcell" className="o-r">
        <MarkWord name={mark} word={word} />
      </td>
      <td role="gridcell" className="o-m">
        <DetailLink id={operation.id} name={firstWords(machine, 80)} />
      </td>
      <td role="gridcell" className="o-k">
        <div className="trunc">
          <span className="name">{kindWord(operation)}</span> <bdi className="muted">{objectOf(operation)}</bdi>
        </div>
        <Line operation={operation} left={left} />
      </td>
      <td role="gridcell" className="o-d r muted">
        {!left && <Took operation={operation} />}
      </td>
      <td role="gridcell" className="o-a r muted">
        {added === undefined ? "" : size(added)}
      </td>
    </tr>
  );
});

function DetailLink({ id, name }: { readonly id: bigint; readonly name: string }) {
  const params = new URLSearchParams(useSearch());
  params.set("operation", String(id));
  return (
    <Link
      className="trunc"
      href={`/history?${params}`}
      tabIndex={-1}
      onClick={(event) => !event.ctrlKey && !event.metaKey && !event.shiftKey && event.preventDefault()}
    >
      <bdi>{name}</bdi>
    </Link>
  );
}

function Line({ operation, left }: Pick<OperationRowProps, "operation"> & { readonly left: boolean }) {
  const nowMs = useNow();
  const words = left ? "ran when its machine left; nothing has come since" : lineOf(operation, nowMs);
  return words === "" ? null : (
    <bdi className="msg trunc" title={words}>
      {words}
    </bdi>
  );
}

function Took({ operation }: Pick<OperationRowProps, "operation">) {
  const nowMs = useNow();
  const ms = tookMs(operation, nowMs);
  if (ms === undefined) return null;
  return operation.status === OperationStatus.STATUS_INPROGRESS ? span(ms) : duration(ms);
}
