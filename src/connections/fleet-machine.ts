import { isDeepStrictEqual } from "node:util";
import type {
  RemoteConfig,
  SyncStreamItem_SyncActionReceiveResources as Resources,
} from "../../gen/v1sync/syncservice_pb.js";
import type { ComingBack } from "../fleet/coming-back.js";
import { type CatchUpFacts, type MachineFacts, plansOf, type RefusedFacts } from "../fleet/machine-facts.js";
import { awaitsNextPlan, PLANS_NEXT_WITHIN_MS, withItsPlan } from "../fleet/next-plan.js";
import { judgeMachine, MAX_JUDGED_PLANS, type MachineHealth } from "../fleet/machine-health.js";
import { type PlanSchedule, readSchedule } from "../fleet/schedule.js";
import type { BackupProgress, HealthSettings, PlanRuns } from "../store/fleet.js";
import type { PeerKeyRecord, PeerRecord } from "../store/store.js";

/** Backups of one machine of which it is kept how far they are; a Backrest runs one at a time. */
const MAX_PROGRESS = 64;

/** What the board has gathered of one machine. */
export class FleetMachine {
  readonly peerId: number;
  readonly instanceId: string;
  readonly keys: readonly PeerKeyRecord[];
  settings: HealthSettings;
  /** Since when it has its session; undefined while it has none. */
  connectedMs: number | undefined;
  /** Until it has had a session of this process. */
  comingBack: ComingBack | undefined;
  refused: RefusedFacts | undefined;
  lastSeenMs: number | undefined;
  historyCame: boolean;
  health: MachineHealth;
  #catchUp: CatchUpFacts | undefined;
  #runs: readonly PlanRuns[] = [];
  #plansNextByMs: ReadonlyMap<string, number> = new Map();
  /** Never altered: it is a part of verdicts that were given out. */
  #progress: ReadonlyMap<bigint, BackupProgress> = new Map();
  readonly #enrolledMs: number;
  #listed: readonly string[] | undefined;
  #configured: ReadonlyMap<string, PlanSchedule | undefined> | undefined;

  constructor(peer: PeerRecord, settings: HealthSettings, comingBack: ComingBack | undefined, nowMs: number) {
    this.peerId = peer.id;
    this.instanceId = peer.instanceId;
    this.keys = peer.keys;
    this.settings = settings;
    this.comingBack = comingBack;
    this.#enrolledMs = peer.addedMs;
    this.lastSeenMs = peer.facts.lastSeenMs;
    this.historyCame = peer.facts.lastFullPassMs !== undefined;
    this.health = judgeMachine(this.#facts(), nowMs);
  }

  learnConfig(config: RemoteConfig): void {
    const plans = config.plans.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    this.#configured = new Map(
      // To read a schedule is work too.
      plans.map(({ id, schedule }, n) => [id, n < MAX_JUDGED_PLANS ? readSchedule(schedule) : undefined]),
    );
  }

  learnResources(resources: Resources): void {
    this.#listed = resources.plans.map(({ id }) => id);
  }

  /** As the store has them, with the plan of those that run. */
  get runs(): readonly PlanRuns[] {
    return this.#runs;
  }

  /** What is as it was stays the same object: what was worked out from it holds. */
  learnRuns(runs: readonly PlanRuns[], nowMs: number): void {
    const before = new Map(this.#runs.map((run) => [run.planId, run]));
    const progress = runs.flatMap(({ running }) => running?.progress ?? []);
    // What was told of a backup meanwhile is newer than what was read.
    this.#progress = new Map(progress.map((one) => [one.operationId, this.#progress.get(one.operationId) ?? one]));
    const ended = runs.filter((run) => awaitsNextPlan(before.get(run.planId), run));
    this.#plansNextByMs = new Map([
      ...[...this.#plansNextByMs].filter(([, byMs]) => byMs > nowMs),
      ...ended.map(({ planId }) => [planId, nowMs + PLANS_NEXT_WITHIN_MS] as const),
    ]);
    this.#runs = runs.map((stored) => {
      const known = before.get(stored.planId);
      const run = withItsPlan(known, withoutProgress(stored));
      return isDeepStrictEqual(known, run) ? (known ?? run) : run;
    });
  }

  /** How far backups are; one that is not known to run yet will be in a moment. */
  learnProgress(progress: readonly BackupProgress[]): void {
    const all = [...this.#progress, ...progress.map((one) => [one.operationId, one] as const)];
    this.#progress = new Map(all.slice(-MAX_PROGRESS));
  }

  sessionBegan(nowMs: number): void {
    this.connectedMs = nowMs;
    this.comingBack = undefined;
    this.lastSeenMs = nowMs;
    this.#catchUp = undefined;
  }

  sessionEnded(nowMs: number): void {
    this.connectedMs = undefined;
    this.lastSeenMs = nowMs;
    this.#catchUp = undefined;
  }

  catchUpBegan(): void {
    this.#catchUp = { first: !this.historyCame, received: 0 };
  }

  catchUpExpects(expected: number): void {
    if (this.#catchUp !== undefined) this.#catchUp = { ...this.#catchUp, expected };
  }

  /** @returns whether it is catching up */
  operationsCame(operations: number): boolean {
    if (this.#catchUp === undefined) return false;
    this.#catchUp = { ...this.#catchUp, received: this.#catchUp.received + operations };
    return true;
  }

  catchUpEnded(): void {
    this.#catchUp = undefined;
  }

  judge(nowMs: number): MachineHealth {
    this.health = judgeMachine(this.#facts(), nowMs);
    return this.health;
  }

  #facts(): MachineFacts {
    const presenceSinceMs = this.connectedMs ?? this.lastSeenMs;
    const generation = this.keys.find(({ current }) => current)?.generation;
    // None has been listed is something else than that none was told.
    const namesPlans = this.#listed === undefined || this.#listed.length + (this.#configured?.size ?? 0) > 0;
    return {
      instanceId: this.instanceId,
      enrolledMs: this.#enrolledMs,
      settings: this.settings,
      connected: this.connectedMs !== undefined,
      ...(generation === undefined ? {} : { generation }),
      ...(namesPlans ? {} : { hidesPlans: true as const }),
      ...(presenceSinceMs === undefined ? {} : { presenceSinceMs }),
      ...(this.lastSeenMs === undefined ? {} : { lastSeenMs: this.lastSeenMs }),
      ...(this.comingBack === undefined ? {} : { comingBack: this.comingBack }),
      ...(isShown(this.#catchUp) ? { catchUp: this.#catchUp } : {}),
      ...(this.refused === undefined || this.connectedMs !== undefined ? {} : { refused: this.refused }),
      ...(this.#progress.size === 0 ? {} : { progress: this.#progress }),
      historyCame: this.historyCame,
      plans: plansOf({
        runs: this.runs,
        plansNextByMs: this.#plansNextByMs,
        ...(this.#listed === undefined ? {} : { listed: this.#listed }),
        ...(this.#configured === undefined ? {} : { configured: this.#configured }),
      }),
    };
  }
}

/** Progress changes all the time, and what is worked out from the rest must hold meanwhile. */
function withoutProgress({ running, ...run }: PlanRuns): PlanRuns {
  if (running === undefined) return run;
  const { operationId, startMs } = running;
  return { ...run, running: { operationId, startMs } };
}

/** Every session begins with the question what is new; mostly nothing is, and that is no catching up. */
function isShown(catchUp: CatchUpFacts | undefined): catchUp is CatchUpFacts {
  return catchUp !== undefined && (catchUp.first || catchUp.received > 0 || (catchUp.expected ?? 0) > 0);
}
