import { useQuery } from "@connectrpc/connect-query";
import { HistoryService } from "../../../../gen/hub/v1/history_pb.js";
import { type Operation, OperationStatus } from "../../../../gen/v1/operations_pb.js";
import { useNow } from "../../live/now.js";
import { Icon } from "../../parts/icon.js";
import { moment } from "../../words/times.js";
import { kindOf } from "./kinds.js";
import { seenBefore } from "./seen.js";

interface SeenBeforeProps {
  readonly operation: Operation;
  readonly machine: string;
}

const READ = 100;

/** How often the same thing went wrong before. */
export function SeenBefore({ operation, machine }: SeenBeforeProps) {
  const nowMs = useNow();
  const kind = kindOf(operation);
  const { data } = useQuery(HistoryService.method.listOperations, {
    filter: {
      instanceIds: [machine],
      planIds: [operation.planId],
      kinds: kind === undefined ? [] : [kind.kind],
      statuses: [OperationStatus.STATUS_ERROR],
    },
    pageSize: READ,
  });
  if (data === undefined) return null;
  const { times, sinceMs, more } = seenBefore(operation, data.operations, data.nextPageToken !== "");
  if (times < 2) return null;
  return (
    <div className="note plain">
      <Icon name="history" size={18} />
      <div>
        <b>Seen before:</b> {more ? "at least " : "the "}
        {ordinal(times, more)} since {moment(sinceMs, nowMs)}, with the same text.
      </div>
    </div>
  );
}

function ordinal(times: number, more: boolean): string {
  if (more) return `${times} times`;
  const words = new Map([
    ["one", "st"],
    ["two", "nd"],
    ["few", "rd"],
  ]);
  return `${times}${words.get(new Intl.PluralRules("en", { type: "ordinal" }).select(times)) ?? "th"} time`;
}
