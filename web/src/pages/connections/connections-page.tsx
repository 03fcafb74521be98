import { useMemo } from "react";
import { useSearchParams } from "wouter";
import { useLivePart } from "../../live/live.js";
import { Icon } from "../../parts/icon.js";
import { PageHead } from "../../parts/page-head.js";
import { CAUSES, causeName } from "../../words/refusals.js";
import { causesOf, type Wanted } from "./filter.js";
import { Hold } from "./hold.js";
import { RefusedCard } from "./refused-card.js";
import { SessionsCard } from "./sessions-card.js";
import { WaitingCard } from "./waiting-card.js";
import "./connections.css";

/** Who waits to be let in, who was refused and why, and who is connected. */
export function ConnectionsPage() {
  const [params, setParams] = useSearchParams();
  const wanted = useMemo(() => readWanted(params), [params]);
  const set = (name: string, value: string) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === "") next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  return (
    <>
      <PageHead
        title="Connections"
        tab="Connections"
        lead="Who waits to be let in, who was refused and why, and who is connected. A machine that only reconnects is not listed as refused."
      />
      <search className="tool">
        <div className="with-icon">
          <Icon name="find" />
          <input
            className="input"
            type="search"
            aria-label="Filter by name, address or key"
            placeholder="Name, address or key"
            value={params.get("find") ?? ""}
            onChange={(event) => set("find", event.target.value)}
          />
        </div>
        <CauseSelect wanted={wanted} onChange={(cause) => set("cause", cause)} />
      </search>
      <Hold>
        <WaitingCard find={wanted.find} />
        <div className="cols">
          <RefusedCard wanted={wanted} onLift={() => setParams({}, { replace: true })} />
          <SessionsCard find={wanted.find} />
        </div>
      </Hold>
    </>
  );
}

interface CauseSelectProps {
  readonly wanted: Wanted;
  readonly onChange: (cause: string) => void;
}

function CauseSelect({ wanted, onChange }: CauseSelectProps) {
  const refused = useLivePart((state) => state.refused);
  const causes = useMemo(() => causesOf(refused.values()), [refused]);
  // One that is chosen stays in the list when its last entry is gone.
  const chosen =
    wanted.cause !== undefined && !causes.some(([cause]) => cause === wanted.cause) ? wanted.cause : undefined;
  return (
    <select
      className="input"
      aria-label="Cause"
      value={wanted.cause === undefined ? "" : causeName(wanted.cause)}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">All causes</option>
      {chosen !== undefined && <option value={causeName(chosen)}>{causeName(chosen)} (0)</option>}
      {causes.map(([cause, number]) => (
        <option key={cause} value={causeName(cause)}>
          {causeName(cause)} ({number})
        </option>
      ))}
    </select>
  );
}

function readWanted(params: URLSearchParams): Wanted {
  const name = params.get("cause");
  return {
    find: (params.get("find") ?? "").trim().toLowerCase(),
    cause: name === null ? undefined : CAUSES.find((cause) => causeName(cause) === name),
  };
}
