import { create } from "@bufbuild/protobuf";
import {
  type Hook,
  HookSchema,
  Hook_Condition,
  type Plan,
  PlanSchema,
  type Repo,
  RepoSchema,
  ScheduleSchema,
} from "../../../gen/v1/config_pb.js";
import { type RemoteConfig, RemoteConfigSchema } from "../../../gen/v1sync/syncservice_pb.js";
import { Random } from "./random.js";
import { DAY_MS, type Rhythm, scheduleOf } from "./rhythm.js";

/** What is backed up: one plan, the repo that it goes to, and how much there is. */
export interface Workload extends Rhythm {
  readonly planId: string;
  readonly repoId: string;
  readonly repoGuid: string;
  readonly paths: readonly string[];
  readonly files: number;
  readonly bytes: number;
  /** What a run adds to the repo, about; invented where it is missing. */
  readonly addedBytes?: number;
  /** Its schedule is off. */
  readonly isOff?: boolean;
  /** Its schedule is on, and yet nothing runs any more. */
  readonly isStuck?: boolean;
  /** In restic's words, why each run fails. */
  readonly failure?: string;
  /** A file that no run can read. */
  readonly unreadable?: string;
}

/** A machine as its owner set it up. */
export interface Profile {
  readonly instanceId: string;
  readonly workloads: readonly [Workload, ...Workload[]];
  /** With secrets, as a Backrest shows it to a host that may read it. */
  readonly config: RemoteConfig;
}

const PLANS = [
  { planId: "home", paths: ["/home"] },
  { planId: "documents", paths: ["/srv/documents", "/srv/photos"] },
  { planId: "databases", paths: ["/var/backups/postgresql"] },
  { planId: "system", paths: ["/etc", "/var/lib"] },
  { planId: "mail", paths: ["/var/mail"] },
] as const;

/** The same seed and name give the same machine. */
export function inventProfile(seed: number, instanceId: string): Profile {
  const random = Random.of(seed, `profile/${instanceId}`);
  const repos = [offsite(random, instanceId), ...(random.chance(0.4) ? [nearby(random, instanceId)] : [])] as const;
  const first = random.between(0, PLANS.length - 1);
  const count = random.between(1, 3);
  const workload = (n: number): Workload => {
    const { planId, paths } = PLANS[(first + n) % PLANS.length] ?? PLANS[0];
    const repo = repos[n % repos.length] ?? repos[0];
    return {
      planId,
      paths,
      repoId: repo.id,
      repoGuid: repo.guid,
      files: random.between(2_000, 400_000),
      bytes: random.between(1, 800) * 1_000_000_000,
      periodMs: DAY_MS,
      atMs: random.between(0, 24 * 12 - 1) * 300_000,
    };
  };
  const workloads = [workload(0), ...Array.from({ length: count - 1 }, (_, n) => workload(n + 1))] as const;
  return {
    instanceId,
    workloads: [...workloads],
    config: create(RemoteConfigSchema, {
      modno: random.between(1, 40),
      repos: [...repos],
      plans: workloads.map(planOf),
    }),
  };
}

/** Nothing is backed up by itself any more. */
export function switchSchedulesOff({ config }: Profile): void {
  for (const plan of config.plans)
    plan.schedule = create(ScheduleSchema, { schedule: { case: "disabled", value: true } });
}

function offsite(random: Random, instanceId: string): Repo {
  return create(RepoSchema, {
    id: "offsite",
    uri: `s3:https://s3.example.org/backups/${instanceId}`,
    guid: random.hex(64),
    password: random.hex(32),
    env: [`AWS_ACCESS_KEY_ID=SIM${random.hex(12)}`, `AWS_SECRET_ACCESS_KEY=${random.hex(40)}`],
    hooks: [errorHook(random)],
    prunePolicy: { schedule: { schedule: { case: "maxFrequencyDays", value: 7 } }, maxUnusedPercent: 10 },
    checkPolicy: {
      schedule: { schedule: { case: "maxFrequencyDays", value: 7 } },
      mode: { case: "structureOnly", value: true },
    },
    autoUnlock: true,
  });
}

function nearby(random: Random, instanceId: string): Repo {
  return create(RepoSchema, {
    id: "nas",
    uri: `rest:https://${instanceId}:${random.hex(16)}@nas.example.org:8000/${instanceId}`,
    guid: random.hex(64),
    password: random.hex(32),
    flags: ["--limit-upload=4096"],
  });
}

export function errorHook(random: Random): Hook {
  return create(HookSchema, {
    conditions: [Hook_Condition.ANY_ERROR],
    action: {
      case: "actionGotify",
      value: { baseUrl: "https://gotify.example.org", token: random.hex(15), titleTemplate: "{{ .Summary }}" },
    },
  });
}

function planOf({ planId, repoId, paths, ...rhythm }: Workload): Plan {
  return create(PlanSchema, {
    id: planId,
    repo: repoId,
    paths: [...paths],
    excludes: ["*.tmp", ".cache"],
    schedule: scheduleOf(rhythm),
    retention: { policy: { case: "policyKeepLastN", value: 30 } },
  });
}
