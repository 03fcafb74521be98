import { useMemo } from "react";
import { useSearchParams } from "wouter";
import { useLivePart } from "../../live/live.js";
import { Choice } from "../../parts/choice.js";
import { Icon } from "../../parts/icon.js";
import { PageHead } from "../../parts/page-head.js";
import { useSetParam } from "../../parts/use-set-param.js";
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
  const set = useSetParam();
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
  readonly onChange: (cause: string | undefined) => void;
}

function CauseSelect({ wanted, onChange }: CauseSelectProps) {
  const refused = useLivePart((state) => state.refused);
  const causes = useMemo(() => causesOf(refused.values()), [refused]);
  // One that is chosen stays in the list when its last entry is gone.
  const { cause: chosen } = wanted;
  const options =
    chosen === undefined || causes.some(([cause]) => cause === chosen) ? causes : [[chosen, 0] as const, ...causes];
  return (
    <Choice
      label="Cause"
      all="All causes"
      value={chosen === undefined ? undefined : causeName(chosen)}
      options={options.map(([cause, number]) => ({ value: causeName(cause), word: `${causeName(cause)} (${number})` }))}
      onChange={onChange}
    />
  );
}

function readWanted(params: URLSearchParams): Wanted {
  const name = params.get("cause");
  return {
    find: (params.get("find") ?? "").trim().toLowerCase(),
    cause: name === null ? undefined : CAUSES.find((cause) => causeName(cause) === name),
  };
}
