import { Link } from "wouter";
import { useLivePart } from "../../live/live.js";
import { Boundary } from "../../parts/boundary.js";
import { Icon } from "../../parts/icon.js";
import { PageHead } from "../../parts/page-head.js";
import { VERDICTS } from "../../words/verdicts.js";
import { AttentionCard } from "./attention-card.js";
import { ComingBackNote } from "./coming-back-note.js";
import { headlineOf, leadOf } from "./lead.js";
import { MachinesCard } from "./machines-card.js";
import { RightNowCard } from "./right-now-card.js";
import { Tiles } from "./tiles.js";
import { useView } from "./use-view.js";
import "./fleet.css";
import { late } from "../../parts/late.js";

const FirstMachine = late(() => import("./first-machine.js").then((m) => m.FirstMachine));

/** All machines: who needs attention, what runs now, and every plan. */
export function FleetPage() {
  const summary = useLivePart((state) => state.summary);
  const [view, change] = useView();
  const title = summary === undefined ? "Fleet" : headlineOf(summary);
  if (summary?.machines === 0) return <FirstMachine />;
  // A filter for what needs nothing done is about the list alone.
  const attention = VERDICTS.find(({ mark }) => mark === view.verdict)?.attention ?? true;
  return (
    <>
      <PageHead
        title={title}
        tab={summary === undefined || summary.needAttention === 0 ? "Fleet" : `(${summary.needAttention}) Fleet`}
        lead={summary === undefined ? "…" : leadOf(summary)}
        actions={
          <Link className="btn btn-primary" href="/enrol">
            <Icon name="plus" size={14} />
            Enrol a machine
          </Link>
        }
      />
      <ComingBackNote />
      <Tiles summary={summary} pressed={view.verdict} onPress={(verdict) => change({ verdict })} />
      {attention && (
        <div className="cols">
          <Boundary what="Needs attention">
            <AttentionCard view={view} change={change} />
          </Boundary>
          <Boundary what="Right now">
            <RightNowCard change={change} />
          </Boundary>
        </div>
      )}
      <Boundary what="All machines">
        <MachinesCard view={view} change={change} />
      </Boundary>
    </>
  );
}
