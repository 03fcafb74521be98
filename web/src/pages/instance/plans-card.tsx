import type { useDays } from "./queries.js";
import { ExpectationSource, type InstanceHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import type { PeerState } from "../../../../gen/v1sync/syncservice_pb.js";
import { comesIn } from "../../machine/comes-in.js";
import { Boundary } from "../../parts/boundary.js";
import { Card } from "../../parts/card.js";
import { FirstOnes } from "../../parts/first-ones.js";
import { Empty } from "../../parts/list-states.js";
import { StripLegend } from "../../parts/strip.js";
import { Words } from "../../parts/words.js";
import { isArriving } from "./machine.js";
import { PlanRow } from "./plan-row.js";
import { namesPlans } from "../../words/plans.js";
import { spanWords } from "./spans.js";
import { many } from "../../words/sizes.js";
import { durationMs } from "@bufbuild/protobuf/wkt";

interface PlansCardProps {
  readonly machine: InstanceHealth;
  readonly state: PeerState | undefined;
  readonly days: ReturnType<typeof useDays>;
}

export function PlansCard({ machine, state, days }: PlansCardProps) {
  const { plans, settings } = machine;
  const coming = plans.filter(comesIn).length;
  const repoOf = new Map(state?.remoteConfig?.plans.map(({ id, repo }) => [id, repo]));
  const note = isArriving(machine)
    ? "its history is still coming in"
    : namesPlans(state)
      ? `operations of ${coming} of ${plans.length} come in`
      : `operations of ${many(coming, "plan")} come in; there may be more`;
  return (
    <Card
      title="Plans"
      note={plans.length === 0 ? undefined : note}
      end={plans.length === 0 ? undefined : <StripLegend />}
      footer={plans.length === 0 ? undefined : <span>{expectationWords(machine, settings?.grace)}</span>}
    >
      {plans.length === 0 && (
        <Empty title="No plan is known">
          <p>{machine.reason}</p>
          {machine.nextStep !== "" && (
            <p>
              <Words text={machine.nextStep} />
            </p>
          )}
        </Empty>
      )}
      <FirstOnes of={plans}>
        {(plan) => (
          <Boundary key={plan.planId} what={plan.planId} of={plan}>
            <PlanRow
              plan={plan}
              machine={machine}
              repoId={plan.repoId || (repoOf.get(plan.planId) ?? "")}
              history={days.data?.plans.find(({ planId }) => planId === plan.planId)}
              isLoading={days.isPending}
            />
          </Boundary>
        )}
      </FirstOnes>
    </Card>
  );
}

const SOURCES: Readonly<Partial<Record<ExpectationSource, string>>> = {
  [ExpectationSource.SCHEDULE]: "each plan’s schedule",
  [ExpectationSource.PLANNED]: "what the machine has planned",
  [ExpectationSource.RHYTHM]: "the rhythm of its backups",
  [ExpectationSource.LIMIT]: "the limit set here",
};

/** Where it comes from that a backup is due. */
function expectationWords(
  { plans, settings }: InstanceHealth,
  grace: Parameters<typeof durationMs>[0] | undefined,
): string {
  const sources = new Set(
    plans.flatMap(({ expectation }) => SOURCES[expectation?.source ?? ExpectationSource.UNSPECIFIED] ?? []),
  );
  const learning = plans.some((plan) => plan.learning !== undefined);
  const nothing = learning ? "The hub is learning when a backup is due." : "Nothing says when a backup is due.";
  const from = sources.size === 0 ? nothing : `Expected by ${[...sources].join(" and ")}.`;
  const graceWords =
    grace !== undefined
      ? `Grace ${spanWords(durationMs(grace))}.`
      : settings?.notAlwaysOn === true
        ? "Grace 1 week, since it is not always on."
        : "Grace by each plan’s period.";
  return sources.size === 0 ? from : `${from} ${graceWords}`;
}
