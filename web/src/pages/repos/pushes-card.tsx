import { useState } from "react";
import { useSearchParams } from "wouter";
import { Card } from "../../parts/card.js";
import { Empty, Missing } from "../../parts/list-states.js";
import { useSetParam } from "../../parts/use-set-param.js";
import { count, many } from "../../words/sizes.js";
import { useHeld } from "./held.js";
import { PushFilters } from "./push-filters.js";
import { filterPushes } from "./push-states.js";
import { PushTable } from "./push-table.js";
import type { ReposData } from "./repos-data.js";

const PAGE = 50;

interface PushesCardProps {
  readonly data: ReposData;
  /** Of this shared repo only. */
  readonly repoId?: string;
}

/** What the hub sent or is to send, the newest first. */
export function PushesCard({ data: { pushes, machines }, repoId }: PushesCardProps) {
  const [params, setParams] = useSearchParams();
  const [shown, setShown] = useState(PAGE);
  const filter = { machine: params.get("machine") ?? "", state: params.get("state") ?? "" };
  const all = (pushes.data?.pushes ?? []).filter((push) => repoId === undefined || push.sharedRepoId === repoId);
  const held = useHeld(filterPushes(all, filter), ({ id }) => String(id));
  const change = useSetParam();
  const rows = held.shown.slice(0, shown);
  const narrowed = filter.machine !== "" || filter.state !== "";
  return (
    <Card
      title={repoId === undefined ? "Changes" : `Changes of ${repoId}`}
      end={all.length > 0 && <PushFilters pushes={all} filter={filter} change={change} />}
      footer={
        held.shown.length > rows.length && (
          <button type="button" className="btn btn-quiet" onClick={() => setShown(shown + PAGE)}>
            Show {Math.min(PAGE, held.shown.length - rows.length)} more of {count(held.shown.length)}
          </button>
        )
      }
    >
      {held.waiting > 0 && (
        <div className="body">
          <button type="button" className="btn" onClick={held.show}>
            {many(held.waiting, "new change")}: show {held.waiting === 1 ? "it" : "them"}
          </button>
        </div>
      )}
      {pushes.data === undefined ? (
        <Missing query={pushes} what="The changes could not be read" rpc="hub.v1.PushService/ListPushes" />
      ) : rows.length > 0 ? (
        <PushTable rows={rows} connected={(id) => machines.get(id)?.connected} withRepo={repoId === undefined} />
      ) : narrowed ? (
        <Empty icon="find" title="No change is like that.">
          <button type="button" className="btn" onClick={() => setParams(new URLSearchParams(), { replace: true })}>
            Show all changes
          </button>
        </Empty>
      ) : (
        <Empty title="Nothing was sent yet." />
      )}
    </Card>
  );
}
