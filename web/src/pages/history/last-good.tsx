import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@connectrpc/connect-query";
import { useState } from "react";
import { Link } from "wouter";
import { HistoryService } from "../../../../gen/hub/v1/history_pb.js";
import { type Operation, OperationStatus } from "../../../../gen/v1/operations_pb.js";
import { historyPath } from "../../frame/pages.js";
import { useNow } from "../../live/now.js";
import { Failed, Loading } from "../../parts/list-states.js";
import { moment } from "../../words/times.js";
import { factsOf } from "./facts.js";
import { kindOf } from "./kinds.js";
import { startMs } from "./rows.js";

interface LastGoodProps {
  readonly operation: Operation;
  readonly machine: string;
}

/** The last one before a failure that went well, read when somebody opens it. */
export function LastGood({ operation, machine }: LastGoodProps) {
  const [opened, setOpened] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => currentTarget.open && setOpened(true)}>
      <summary>Last good one, for comparison</summary>
      {opened && <Compared operation={operation} machine={machine} />}
    </details>
  );
}

function Compared({ operation, machine }: LastGoodProps) {
  const nowMs = useNow();
  const kind = kindOf(operation);
  const { data, error, refetch } = useQuery(HistoryService.method.listOperations, {
    filter: {
      instanceIds: [machine],
      planIds: [operation.planId],
      kinds: kind === undefined ? [] : [kind.kind],
      statuses: [OperationStatus.STATUS_SUCCESS, OperationStatus.STATUS_WARNING],
      until: timestampFromMs(startMs(operation)),
    },
    pageSize: 1,
  });
  if (error !== null) {
    return (
      <Failed
        what="It could not be read"
        error={error}
        rpc="hub.v1.HistoryService/ListOperations"
        retry={() => void refetch()}
      />
    );
  }
  if (data === undefined) return <Loading rows={1} />;
  const [good] = data.operations;
  if (good === undefined) return <p className="small muted">None has gone well before.</p>;
  const facts = factsOf(good)
    .map(({ label, value }) => `${label}: ${value}`)
    .join("; ");
  return (
    <p className="small muted wrap">
      <Link href={historyPath({ machine, plan: operation.planId, operation: good.id })}>
        {moment(startMs(good), nowMs)}
      </Link>
      {facts === "" ? "" : `. ${facts}`}
    </p>
  );
}
