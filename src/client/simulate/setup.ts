import { create } from "@bufbuild/protobuf";
import { type Plan, PlanSchema, type Repo, RepoSchema, ScheduleSchema } from "../../../gen/v1/config_pb.js";
import { RemoteConfigSchema } from "../../../gen/v1sync/syncservice_pb.js";
import { errorHook, type Profile, type Workload } from "./profile.js";
import { Random } from "./random.js";
import { type Rhythm, scheduleOf } from "./rhythm.js";

/** A plan as somebody set it up. */
export interface PlanSetup extends Rhythm {
  readonly planId: string;
  readonly repoId: string;
  readonly paths: readonly string[];
  readonly files: number;
  readonly bytes: number;
  readonly addedBytes: number;
  /** The schedule is off. */
  readonly isOff?: boolean;
  /** The schedule is on, and yet nothing runs any more. */
  readonly isStuck?: boolean;
  readonly failure?: string;
  readonly unreadable?: string;
}

/** Where a repo lies; `{machine}` stands for the machine's name, `{secret}` for a password. */
export interface RepoSetup {
  readonly uri: string;
  readonly env?: readonly string[];
  readonly flags?: readonly string[];
}

/** A machine with these plans. The same seed and name give it the same passwords. */
export function setUp(
  seed: number,
  instanceId: string,
  plans: readonly [PlanSetup, ...PlanSetup[]],
  repos: Readonly<Record<string, RepoSetup>>,
): Profile {
  const random = Random.of(seed, `profile/${instanceId}`);
  const own = new Map<string, Repo>();
  for (const { repoId } of plans) {
    if (!own.has(repoId)) own.set(repoId, repoOf(random, instanceId, repoId, repos[repoId]));
  }
  const workload = (plan: PlanSetup): Workload => ({ ...plan, repoGuid: own.get(plan.repoId)?.guid ?? "" });
  const [first, ...others] = plans;
  return {
    instanceId,
    workloads: [workload(first), ...others.map(workload)],
    config: create(RemoteConfigSchema, {
      modno: random.between(1, 40),
      repos: [...own.values()],
      plans: plans.map(planOf),
    }),
  };
}

function repoOf(random: Random, instanceId: string, id: string, setup: RepoSetup | undefined): Repo {
  const filled = (text: string) => text.replaceAll("{machine}", instanceId).replaceAll("{secret}", random.hex(16));
  return create(RepoSchema, {
    id,
    uri: filled(setup?.uri ?? `/mnt/${id}`),
    guid: random.hex(64),
    password: random.hex(32),
    env: (setup?.env ?? []).map(filled),
    flags: [...(setup?.flags ?? [])],
    hooks: [errorHook(random)],
    prunePolicy: { schedule: { schedule: { case: "maxFrequencyDays", value: 7 } }, maxUnusedPercent: 10 },
    checkPolicy: {
      schedule: { schedule: { case: "maxFrequencyDays", value: 7 } },
      mode: { case: "structureOnly", value: true },
    },
    autoUnlock: true,
  });
}

function planOf(plan: PlanSetup): Plan {
  return create(PlanSchema, {
    id: plan.planId,
    repo: plan.repoId,
    paths: [...plan.paths],
    excludes: ["*.tmp", ".cache"],
    schedule:
      plan.isOff === true ? create(ScheduleSchema, { schedule: { case: "disabled", value: true } }) : scheduleOf(plan),
    retention: { policy: { case: "policyKeepLastN", value: 30 } },
  });
}
