import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Link } from "wouter";
import type { InstanceHealth, PlanHealth, PlanHistory } from "../../../../gen/hub/v1/fleet_pb.js";
import { historyPath } from "../../frame/pages.js";
import { useNow } from "../../live/now.js";
import { comesIn } from "../../machine/comes-in.js";
import { MarkWord, VerdictMark } from "../../parts/mark.js";
import { Strip } from "../../parts/strip.js";
import { When } from "../../parts/when.js";
import { Words } from "../../parts/words.js";
import { explain } from "../../words/sentences.js";
import { percent, size } from "../../words/sizes.js";
import { near } from "../../words/times.js";
import { verdictWords } from "../../words/verdicts.js";
import { isArriving } from "./machine.js";

const STRIP_DAYS = 90;

interface PlanRowProps {
  readonly plan: PlanHealth;
  readonly machine: InstanceHealth;
  /** Empty where nothing tells. */
  readonly repoId: string;
  readonly history: PlanHistory | undefined;
  readonly isLoading: boolean;
}

export function PlanRow({ plan, machine, repoId, history, isLoading }: PlanRowProps) {
  const nowMs = useNow();
  const { planId, verdict, lastSuccess, expectation } = plan;
  const { why, what } = explain(plan, machine, nowMs);
  const comes = comesIn(plan);
  const dueMs = expectation?.due === undefined ? undefined : timestampMs(expectation.due);
  const { attention } = verdictWords(verdict);
  return (
    <div className="plan-row">
      <div>
        <h3>
          <Link href={historyPath({ machine: machine.instanceId, plan: planId })}>{planId}</Link>
        </h3>
        {repoId !== "" && <div className="dim small">to {repoId}</div>}
      </div>
      <div>
        <VerdictMark verdict={verdict} />
      </div>
      <div>
        {history !== undefined && (
          <Strip results={history.results.slice(-STRIP_DAYS)} running={plan.running !== undefined} />
        )}
        {history === undefined && isLoading && <span className="skel tall w4" />}
        {history === undefined && !isLoading && (
          <span className="muted">
            {isArriving(machine)
              ? "its history is still coming in"
              : comes
                ? "no backup has ended"
                : "no operations come in"}
          </span>
        )}
      </div>
      <div className="small">
        <div>
          {lastSuccess?.start !== undefined ? (
            <When at={lastSuccess.start} />
          ) : (
            <span className="muted">{comes ? "no success yet" : "not known"}</span>
          )}
        </div>
        {dueMs !== undefined && (
          <div className="dim">
            {dueMs < nowMs ? "was due" : "due"} {near(dueMs, nowMs)}
          </div>
        )}
      </div>
      {plan.runningSince !== undefined && <Running plan={plan} />}
      {attention && (
        <div className="plan-why small">
          <Words text={why} />
          {what !== "" && (
            <>
              {" "}
              <span className="muted">
                <Words text={what} />
              </span>
            </>
          )}
        </div>
      )}
    </div>
  );
}

/** How far the backup is that runs now. */
function Running({ plan: { planId, running, runningSince } }: { readonly plan: PlanHealth }) {
  return (
    <div className="plan-why run">
      <div className="run-line">
        <MarkWord name="running" word="Running" />
        <span className="muted">
          {runningSince !== undefined && (
            <>
              began <When at={runningSince} />
            </>
          )}
          {running !== undefined &&
            running.totalBytes > 0n &&
            ` · ${percent(running.fractionDone)}, ${size(running.bytesDone)} of ${size(running.totalBytes)}`}
        </span>
      </div>
      {running !== undefined && <progress max={1} value={running.fractionDone} aria-label={`Backup of ${planId}`} />}
    </div>
  );
}
