import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useMemo } from "react";
import { useSearchParams } from "wouter";
import type { InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import type { PeerState } from "../../../../gen/v1sync/syncservice_pb.js";
import { useNow } from "../../live/now.js";
import { comesIn } from "../../machine/comes-in.js";
import { Card } from "../../parts/card.js";
import { Empty, Failed, Loading } from "../../parts/list-states.js";
import { DAY_MS } from "../../words/times.js";
import { BarChart } from "./bar-chart.js";
import { bucketsOf } from "./chart.js";
import { ChartTable } from "./chart-table.js";
import { LineChart } from "./line-chart.js";
import type { useDays, useMaintenance } from "./queries.js";
import { reposOf, sizesOf } from "./repos.js";
import { RepoList } from "./repo-list.js";

const RANGES = [
  { days: 30, label: "30 d" },
  { days: 90, label: "90 d" },
  { days: 366, label: "1 y" },
] as const;

interface SizesCardProps {
  readonly machine: InstanceHealth;
  readonly state: PeerState | undefined;
  readonly days: ReturnType<typeof useDays>;
  readonly maintenance: ReturnType<typeof useMaintenance>;
}

/** How much each backup of a plan added and how long it took, and what its repo takes. */
export function SizesCard({ machine, state, days, maintenance }: SizesCardProps) {
  const [params, setParams] = useSearchParams();
  const today = Math.floor(useNow() / DAY_MS);
  const plans = days.data?.plans ?? [];
  const plan = plans.find(({ planId }) => planId === params.get("plan")) ?? plans[0];
  const range = RANGES.find((each) => String(each.days) === params.get("days")) ?? RANGES[1];
  const choose = (name: string, value: string) =>
    setParams(
      (before) => {
        before.set(name, value);
        return before;
      },
      { replace: true },
    );
  const firstDayMs = days.data?.firstDay === undefined ? 0 : timestampMs(days.data.firstDay);
  const buckets = useMemo(
    () => (plan === undefined ? [] : bucketsOf(plan, firstDayMs, range.days)),
    [plan, firstDayMs, range.days],
  );
  const operations = maintenance.data?.operations ?? [];
  const used = machine.plans.map(({ repoId }) => repoId);
  const repoId = repoOf(machine, state, plan?.planId);
  const points = sizesOf(repoId, operations, (today - range.days) * DAY_MS);
  return (
    <Card
      title="Sizes and durations"
      end={
        plan !== undefined && (
          <>
            {plans.length > 1 && (
              <select
                className="input"
                aria-label="Plan"
                value={plan.planId}
                onChange={({ target }) => choose("plan", target.value)}
              >
                {plans.map(({ planId }) => (
                  <option key={planId}>{planId}</option>
                ))}
              </select>
            )}
            <fieldset className="seg" aria-label="Time">
              {RANGES.map((each) => (
                <button
                  key={each.days}
                  type="button"
                  aria-pressed={each === range}
                  onClick={() => choose("days", String(each.days))}
                >
                  {each.label}
                </button>
              ))}
            </fieldset>
          </>
        )
      }
    >
      {days.error !== null && (
        <Failed
          what="The sizes could not be read"
          error={days.error}
          rpc="hub.v1.FleetService/GetHistory"
          retry={() => void days.refetch()}
        />
      )}
      {maintenance.error !== null && (
        <Failed
          what="The upkeep of its repos could not be read"
          error={maintenance.error}
          rpc="hub.v1.HistoryService/ListOperations"
          retry={() => void maintenance.refetch()}
        />
      )}
      {days.isPending && <Loading />}
      {days.data !== undefined && plan === undefined && (
        <Empty title={machine.plans.some(comesIn) ? "No backup has ended yet" : "No backup is known here"}>
          <p className="muted">
            How much each one adds and how long it takes is here as soon as operations of one come in.
          </p>
        </Empty>
      )}
      <div className="body half">
        {plan !== undefined && (
          <>
            <BarChart title="Added per backup" measure="bytes" buckets={buckets} />
            <BarChart title="Duration" measure="durationMs" buckets={buckets} />
            {points.length > 1 && <LineChart repoId={repoId} points={points} days={range.days} />}
          </>
        )}
        <RepoList
          repos={reposOf(state, used, operations)}
          machine={machine}
          used={used}
          isRead={maintenance.data !== undefined}
        />
      </div>
      {plan !== undefined && (
        <footer>
          <ChartTable planId={plan.planId} buckets={buckets} />
        </footer>
      )}
    </Card>
  );
}

/** Of the newest backup, else as the machine's configuration says. */
function repoOf(machine: InstanceHealth, state: PeerState | undefined, planId: string | undefined): string {
  const used = machine.plans.find((plan) => plan.planId === planId)?.repoId ?? "";
  return used || (state?.remoteConfig?.plans.find(({ id }) => id === planId)?.repo ?? "");
}
