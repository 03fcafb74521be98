import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@connectrpc/connect-query";
import { keepPreviousData } from "@tanstack/react-query";
import { useMemo } from "react";
import { useSearchParams } from "wouter";
import { AccessService, type AuditEvent, Role } from "../../../../gen/hub/v1/access_pb.js";
import { Card } from "../../parts/card.js";
import { Empty, Failed, Loading } from "../../parts/list-states.js";
import { MarkWord } from "../../parts/mark.js";
import { When } from "../../parts/when.js";
import { DAY_MS } from "../../words/times.js";
import { count } from "../../words/sizes.js";
import { AuditFilters } from "./audit-filters.js";
import { type AuditFilter, auditWords, MOST, outcomeWords, readFilter, whoWords } from "./audit-words.js";
import { OnlyFor } from "./only-for.js";

export function AuditLog() {
  return (
    <OnlyFor role={Role.ADMIN} title="Audit log" what="who changed what, and who was refused">
      <Events />
    </OnlyFor>
  );
}

function Events() {
  const [params, setParams] = useSearchParams();
  const filter = readFilter(params);
  const { days, caller, action, failures, limit } = filter;
  // A minute more or less does not matter; another moment at every drawing would ask anew each time.
  const since = useMemo(() => (days === 0 ? undefined : timestampFromMs(Date.now() - days * DAY_MS)), [days]);
  const { data, error, refetch, isPlaceholderData } = useQuery(
    AccessService.method.listAuditEvents,
    {
      ...(caller === "" ? {} : { caller }),
      ...(action === "" ? {} : { action }),
      ...(since === undefined ? {} : { since }),
      failuresOnly: failures,
      limit,
    },
    { placeholderData: keepPreviousData },
  );
  const change = (next: Partial<AuditFilter>) =>
    setParams((before) => withFilter(before, { ...readFilter(before), ...next }), { replace: true });
  const events = data?.events ?? [];
  const more = events.length >= limit && limit < MOST;
  return (
    <Card
      title="Audit log"
      footer={
        data !== undefined && (
          <>
            <span>
              {more
                ? `The newest ${count(events.length)}.`
                : `${count(events.length)} ${events.length === 1 ? "entry" : "entries"}.`}{" "}
              Nobody can change them. The newest 50,000 changes are kept, for at most two years.
            </span>
            {more && (
              <button
                type="button"
                className="btn btn-quiet"
                disabled={isPlaceholderData}
                onClick={() => change({ limit: Math.min(limit * 2, MOST) })}
              >
                Show older ones
              </button>
            )}
          </>
        )
      }
    >
      <div className="body">
        <AuditFilters filter={filter} change={change} />
      </div>
      {error !== null ? (
        <Failed
          what="The audit log could not be read"
          error={error}
          rpc="hub.v1.AccessService/ListAuditEvents"
          retry={() => void refetch()}
        />
      ) : data === undefined ? (
        <Loading />
      ) : events.length === 0 ? (
        <NothingFound filter={filter} lift={() => setParams(new URLSearchParams(), { replace: true })} />
      ) : (
        <EventTable events={events} />
      )}
    </Card>
  );
}

function withFilter(before: URLSearchParams, { caller, action, failures, days, limit }: AuditFilter): URLSearchParams {
  const next = new URLSearchParams(before);
  const set = (name: string, value: string) => (value === "" ? next.delete(name) : next.set(name, value));
  set("caller", caller);
  set("action", action);
  set("failures", failures ? "1" : "");
  set("days", days === 0 ? "" : String(days));
  set("limit", limit === readFilter(new URLSearchParams()).limit ? "" : String(limit));
  return next;
}

function NothingFound({ filter, lift }: { readonly filter: AuditFilter; readonly lift: () => void }) {
  const { caller, action, failures, days } = filter;
  const narrowed = caller !== "" || action !== "" || failures || days !== 0;
  if (!narrowed) return <Empty title="Nothing was changed yet." />;
  const parts = [
    caller === "" ? "" : `by ${caller}`,
    action === "" ? "" : `of ${action}`,
    failures ? "that failed or was refused" : "",
    days === 0 ? "" : `in the last ${days === 1 ? "24 hours" : `${days} days`}`,
  ];
  return (
    <Empty icon="find" title={`Nothing ${parts.filter((part) => part !== "").join(", ")}.`}>
      <button type="button" className="btn" onClick={lift}>
        Show all
      </button>
    </Empty>
  );
}

function EventTable({ events }: { readonly events: readonly AuditEvent[] }) {
  return (
    <table className="table fold last" aria-label="Audit log">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">What</th>
          <th scope="col">From</th>
          <th scope="col">Outcome</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <EventRow key={event.id} event={event} />
        ))}
      </tbody>
    </table>
  );
}

function EventRow({ event }: { readonly event: AuditEvent }) {
  const { what, about } = auditWords(event);
  const who = whoWords(event.caller);
  const at = event.lastAt ?? event.at;
  return (
    <tr className="top-row">
      <th scope="row" className="dim">
        <span className="nowrap">{at !== undefined && <When at={at} focusable={false} />}</span>
      </th>
      <td data-l="Who">
        <div>{who.name}</div>
        {who.kind !== "" && <div className="dim small nowrap">{who.kind}</div>}
      </td>
      <td data-l="What">
        <div>
          {what}
          {about !== "" && <b> {about}</b>}
        </div>
        <details className="audit-request">
          <summary>{event.action}</summary>
          {event.summary === "" ? "The request was not read." : event.summary}
        </details>
      </td>
      <td data-l="From" className="nowrap">
        {event.address === "" ? "the hub’s machine" : event.address}
      </td>
      <td data-l="Outcome">
        {event.outcome === "ok" ? (
          <span className="dim">done</span>
        ) : (
          <MarkWord name="refused" word={outcomeWords(event)} />
        )}
      </td>
    </tr>
  );
}
