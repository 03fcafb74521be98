import { type ReactNode, useEffect } from "react";
import { Link } from "wouter";
import { machinePath } from "../../frame/pages.js";
import { useNow } from "../../live/now.js";
import { Icon } from "../../parts/icon.js";
import { Mark, VerdictMark } from "../../parts/mark.js";
import { Presence } from "../../parts/presence.js";
import { type Arrival, type Check, checksOf } from "./checks.js";
import { ConfirmRepos } from "./confirm-repos.js";
import { Said } from "../../parts/said.js";
import { Step } from "./step.js";

interface ArrivedStepProps {
  readonly arrival: Arrival;
  /** False while it is let in and has yet to come. */
  readonly came?: boolean;
  readonly onAnother: () => void;
  readonly children?: ReactNode;
}

/** The last step: who came, and what is to be said of it. */
export function ArrivedStep({ arrival, came = true, onAnother, children }: ArrivedStepProps) {
  return (
    <Step
      n={3}
      state={came ? "done" : "now"}
      title={
        <>
          <bdi className="wrap-any">{arrival.instanceId}</bdi> {came ? "is here" : "is let in"}
        </>
      }
      end={<ArrivedEnd arrival={arrival} />}
    >
      <Arrived arrival={arrival} />
      {children}
      <div className="actions">
        <button type="button" className="btn" onClick={onAnother}>
          Enrol another
        </button>
      </div>
    </Step>
  );
}

/** What was looked at when a machine arrived, and what is missing. */
function Arrived({ arrival }: { readonly arrival: Arrival }) {
  const { machine, instanceId } = arrival;
  useTabTitle(`${instanceId} is here`);
  const checks = checksOf(arrival, useNow());
  return (
    <>
      <ul className="wait" aria-live="polite">
        {checks.map((check) => (
          <CheckLine key={check.title} check={check} instanceId={instanceId} />
        ))}
      </ul>
      {machine !== undefined && (
        <div className="row">
          <b>Verdict now</b>
          <VerdictMark verdict={machine.verdict} chip />
          <span className="muted">{machine.reason}</span>
        </div>
      )}
    </>
  );
}

/** Beside the name of a machine that arrived. */
function ArrivedEnd({ arrival }: { readonly arrival: Arrival }) {
  const { machine, instanceId } = arrival;
  return (
    <>
      {machine !== undefined && <Presence machine={machine} />}
      <Link className="btn btn-primary" href={machinePath(instanceId)}>
        Open <bdi className="name-cut">{instanceId}</bdi>
      </Link>
    </>
  );
}

const KINDS = { yes: "looked at and good", part: "missing, not needed", missing: "missing", running: "under way" };

/** Whoever works at the machine sees it in the tab. */
function useTabTitle(title: string): void {
  useEffect(() => {
    const before = document.title;
    document.title = `${title} · Backrest Hub`;
    return () => {
      document.title = before;
    };
  }, [title]);
}

interface CheckLineProps {
  readonly check: Check;
  readonly instanceId: string;
}

function CheckLine({ check: { kind, title, said, end, toConfirm }, instanceId }: CheckLineProps) {
  return (
    <li>
      <span className={kind === "running" ? "v-running" : kind}>
        {kind === "yes" && <Icon name="check" size={18} />}
        {kind === "part" && <Mark name="unknown" size={18} />}
        {kind === "missing" && <Mark name="warning" size={18} />}
        {kind === "running" && <Mark name="running" size={18} />}
        <span className="sr">{`${KINDS[kind]}: `}</span>
      </span>
      <div>
        <b>{title}</b>
        <Said pieces={said} />
        {toConfirm !== undefined && <ConfirmRepos instanceId={instanceId} repoIds={toConfirm} />}
      </div>
      <span className="dim small nowrap">{end}</span>
    </li>
  );
}
