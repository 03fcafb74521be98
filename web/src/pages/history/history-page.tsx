import { toBinary } from "@bufbuild/protobuf";
import { useQuery } from "@connectrpc/connect-query";
import { useEffect, useMemo } from "react";
import { OperationFilterSchema } from "../../../../gen/hub/v1/history_pb.js";
import { HubService } from "../../../../gen/hub/v1/hub_pb.js";
import { useLivePart } from "../../live/live.js";
import { PageHead } from "../../parts/page-head.js";
import { many } from "../../words/sizes.js";
import { filterOf } from "./filter.js";
import { Filters } from "./filters.js";
import { OperationsCard } from "./operations-card.js";
import { useMachineNames } from "./use-machine-names.js";
import { useView } from "./use-view.js";
import type { HistoryView } from "./view.js";
import "./history.css";

/** All operations of all machines. */
export function HistoryPage() {
  const [view, change] = useView();
  const nameOf = useMachineNames();
  const filter = useFilter(view);
  const key = useMemo(() => toBinary(OperationFilterSchema, filter).join(), [filter]);
  // Another filter is another list, read from its top.
  useEffect(() => {
    // Some browsers answer with a promise, which React would take for what ends the effect.
    scrollTo({ top: 0 });
  }, [key]);
  return (
    <>
      <PageHead title="History" tab="History" lead={<Lead />} />
      <Filters view={view} change={change} />
      <OperationsCard key={key} filter={filter} view={view} change={change} nameOf={nameOf} />
    </>
  );
}

/** The same filter as long as nobody asks for another: "the last 7 days" do not move while somebody reads. */
function useFilter(view: HistoryView) {
  const ahead = useLivePart(({ clockAheadMs }) => clockAheadMs);
  const { machine, plan, repo, kind, result, time, from, to } = view;
  // The clock of the moment when it was asked for.
  return useMemo(
    () => filterOf({ machine, plan, repo, kind, result, time, from, to, operation: undefined }, Date.now() + ahead),
    [machine, plan, repo, kind, result, time, from, to],
  );
}

function Lead() {
  const { data } = useQuery(HubService.method.getStatus, {});
  const machines = useLivePart((state) => state.machines.size);
  if (data === undefined) return <>&nbsp;</>;
  return <>{`${many(Number(data.operationCount), "operation")} of ${many(machines, "machine")}, the newest first.`}</>;
}
