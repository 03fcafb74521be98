import type {
  RemoteConfig,
  SyncStreamItem_SyncActionReceiveResources as Resources,
} from "../../gen/v1sync/syncservice_pb.js";
import { type MachineFacts, plansOf } from "../fleet/machine-facts.js";
import { judgeMachine, type MachineHealth } from "../fleet/machine-health.js";
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
  /** As the store has them. */
  runs: readonly PlanRuns[] = [];
  health: MachineHealth;
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
    this.#configured = new Map(config.plans.map(({ id, schedule }) => [id, readSchedule(schedule)]));
  }

  learnResources(resources: Resources): void {
    this.#listed = resources.plans.map(({ id }) => id);
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
