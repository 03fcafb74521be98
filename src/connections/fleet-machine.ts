import { isDeepStrictEqual } from "node:util";
import type {
  RemoteConfig,
  SyncStreamItem_SyncActionReceiveResources as Resources,
} from "../../gen/v1sync/syncservice_pb.js";
import { type MachineFacts, plansOf } from "../fleet/machine-facts.js";
import { judgeMachine, MAX_JUDGED_PLANS, type MachineHealth } from "../fleet/machine-health.js";
import { type PlanSchedule, readSchedule } from "../fleet/schedule.js";
import type { HealthSettings, PlanRuns } from "../store/fleet.js";
import type { PeerRecord } from "../store/store.js";

/** What the board has gathered of one machine. */
export class FleetMachine {
  readonly peerId: number;
  readonly instanceId: string;
  settings: HealthSettings;
  connected = false;
  lastSeenMs: number | undefined;
  historyCame: boolean;
  health: MachineHealth;
  #runs: readonly PlanRuns[] = [];
  readonly #enrolledMs: number;
  #listed: readonly string[] | undefined;
  #configured: ReadonlyMap<string, PlanSchedule | undefined> | undefined;

  constructor(peer: PeerRecord, settings: HealthSettings, nowMs: number) {
    this.peerId = peer.id;
    this.instanceId = peer.instanceId;
    this.settings = settings;
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

  /** As the store has them. */
  get runs(): readonly PlanRuns[] {
    return this.#runs;
  }

  /** What is as it was stays the same object: what was worked out from it holds. */
  learnRuns(runs: readonly PlanRuns[]): void {
    const before = new Map(this.#runs.map((run) => [run.planId, run]));
    this.#runs = runs.map((run) => {
      const known = before.get(run.planId);
      return isDeepStrictEqual(known, run) ? (known ?? run) : run;
    });
  }

  judge(nowMs: number): MachineHealth {
    this.health = judgeMachine(this.#facts(), nowMs);
    return this.health;
  }

  #facts(): MachineFacts {
    return {
      instanceId: this.instanceId,
      enrolledMs: this.#enrolledMs,
      settings: this.settings,
      connected: this.connected,
      ...(this.lastSeenMs === undefined ? {} : { lastSeenMs: this.lastSeenMs }),
      historyCame: this.historyCame,
      plans: plansOf({
        runs: this.runs,
        ...(this.#listed === undefined ? {} : { listed: this.#listed }),
        ...(this.#configured === undefined ? {} : { configured: this.#configured }),
      }),
    };
  }
}
