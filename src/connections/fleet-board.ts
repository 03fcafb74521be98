import { isDeepStrictEqual } from "node:util";
import type { Logger } from "pino";
import type {
  RemoteConfig,
  SyncStreamItem_SyncActionReceiveResources as Resources,
} from "../../gen/v1sync/syncservice_pb.js";
import { HubError } from "../errors.js";
import { COMING_BACK_MS, type ComingBack } from "../fleet/coming-back.js";
import { type FleetSummary, type MachineHealth, summarize } from "../fleet/machine-health.js";
import { type BackupProgress, DEFAULT_HEALTH_SETTINGS, type HealthSettings } from "../store/fleet.js";
import type { RefusalRecord } from "../store/refusals.js";
import type { PeerRecord, Store } from "../store/store.js";
import { FleetMachine } from "./fleet-machine.js";
import { FleetReads } from "./fleet-reads.js";
import { FleetRoll } from "./fleet-roll.js";
import { FleetTicks } from "./fleet-ticks.js";
import { type FleetChange, FleetWatcher } from "./fleet-watcher.js";
import type { PeerFollower } from "./peer-status.js";

export interface FleetBoardParts {
  readonly store: Pick<Store, "readBackups" | "readHealthSettings" | "saveHealthSettings">;
  readonly logger: Logger;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** The fleet at a time; nothing of it is altered later. */
export interface FleetSnapshot {
  readonly summary: FleetSummary;
  /** By instance id. */
  readonly machines: readonly MachineHealth[];
  readonly atMs: number;
}

/** The longest that a timer of Node waits. */
const MAX_TIMER_MS = 0x7fff_ffff;

/**
 * The verdicts on all machines, kept up as backups are committed, machines come and go, and time passes. Only what
 * changed is read and judged again; one timer waits for the next verdict that time alone changes.
 */
export class FleetBoard implements PeerFollower {
  readonly #parts: FleetBoardParts;
  readonly #start: ComingBack;
  readonly #roll = new FleetRoll();
  readonly #watchers = new Set<FleetWatcher>();
  readonly #reads: FleetReads;
  readonly #ticks = new FleetTicks((peerIds) => this.#judge(peerIds.flatMap((id) => this.#roll.get(id) ?? [])));
  #settings: ReadonlyMap<number, HealthSettings> = new Map();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: FleetBoardParts) {
    this.#parts = parts;
    const hubStartedMs = parts.now();
    this.#start = { hubStartedMs, untilMs: hubStartedMs + COMING_BACK_MS };
    this.#reads = new FleetReads(parts, (byPeer) => {
      const machines = [...byPeer].flatMap(([peerId, runs]) => {
        const machine = this.#roll.get(peerId);
        machine?.learnRuns(runs, parts.now());
        return machine === undefined ? [] : [machine];
      });
      this.#judge(machines);
    });
  }

  /** Reads what the operator has set; to be called before any machine is added. */
  async begin(): Promise<void> {
    this.#settings = await this.#parts.store.readHealthSettings();
  }

  /** Resolves when the backups of all machines have been read once: before that a verdict would be made of nothing. */
  ready(): Promise<void> {
    return this.#reads.first();
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  snapshot(): FleetSnapshot {
    const machines = this.#roll.all().map(({ health }) => health);
    machines.sort((a, b) => (a.facts.instanceId < b.facts.instanceId ? -1 : 1));
    return { summary: summarize(machines), machines, atMs: this.#parts.now() };
  }

  /** Of the whole fleet, without the machines. */
  summary(): FleetSummary {
    return summarize(this.#roll.all().map(({ health }) => health));
  }

  /** Undefined when no machine has this instance id. */
  find(instanceId: string): { readonly peerId: number; readonly health: MachineHealth } | undefined {
    return this.#roll.find(instanceId);
  }

  /** Undefined when the hub does not know such a peer any more. */
  byPeer(peerId: number): MachineHealth | undefined {
    return this.#roll.get(peerId)?.health;
  }

  /**
   * Changes how a machine is judged.
   * @throws HubError `not_found`, or what the store says
   */
  async configure(instanceId: string, change: (settings: HealthSettings) => HealthSettings): Promise<MachineHealth> {
    const machine = this.#roll.find(instanceId);
    if (machine === undefined) throw noMachine(instanceId);
    const settings = change(machine.settings);
    await this.#parts.store.saveHealthSettings(machine.peerId, settings);
    machine.settings = settings;
    this.#judge([machine]);
    return machine.health;
  }

  /** Follows from now on, the whole fleet first; `close` must be called. */
  watch(): FleetWatcher {
    const watcher = new FleetWatcher({ ...this.snapshot(), removed: [] }, () => this.#watchers.delete(watcher));
    this.#watchers.add(watcher);
    return watcher;
  }

  /** A commit changed a peer's backups. */
  backupsChanged(peerId: number): void {
    if (this.#roll.get(peerId) !== undefined) this.#reads.want(peerId);
  }

  /** How far backups are that run, as committed. */
  backupProgress(peerId: number, progress: readonly BackupProgress[]): void {
    this.#move(peerId, (machine) => machine.learnProgress(progress));
  }

  /** An entry of the record of refused connections is another now, or is there no more. */
  refusalChanged(id: string, entry: RefusalRecord | undefined): void {
    const machine = this.#roll.refusalChanged(id, entry);
    if (machine !== undefined) this.#ticks.moved(machine.peerId);
  }

  added(peer: PeerRecord, config: RemoteConfig | undefined, resources: Resources | undefined): void {
    const before = this.#roll.get(peer.id);
    const settings = before?.settings ?? this.#settings.get(peer.id) ?? DEFAULT_HEALTH_SETTINGS;
    const ofStart = peer.facts.inSession === true ? this.#start : undefined;
    const comingBack = before === undefined ? ofStart : before.comingBack;
    const machine = new FleetMachine(peer, settings, comingBack, this.#parts.now());
    if (config !== undefined) machine.learnConfig(config);
    if (resources !== undefined) machine.learnResources(resources);
    if (before !== undefined) machine.learnRuns(before.runs, this.#parts.now());
    this.#roll.put(machine);
    if (before === undefined) this.#publish([machine.judge(this.#parts.now())], []);
    else this.#judge([machine]);
    this.#reads.want(peer.id);
  }

  connected(peer: PeerRecord): void {
    if (this.#roll.get(peer.id) === undefined) this.added(peer, undefined, undefined);
    this.#change(peer, (machine) => machine.sessionBegan(this.#parts.now()));
  }

  learned(peer: PeerRecord, message: { readonly config: RemoteConfig } | { readonly resources: Resources }): void {
    this.#change(peer, (machine) => {
      if ("config" in message) machine.learnConfig(message.config);
      else machine.learnResources(message.resources);
    });
  }

  catchUpBegan({ id }: PeerRecord): void {
    this.#move(id, (machine) => machine.catchUpBegan());
  }

  catchUpExpects({ id }: PeerRecord, operations: number): void {
    this.#move(id, (machine) => machine.catchUpExpects(operations));
  }

  operationsCame({ id }: PeerRecord, operations: number): void {
    if (this.#roll.get(id)?.operationsCame(operations) === true) this.#ticks.moved(id);
  }

  catchUpEnded(peer: PeerRecord): void {
    this.#change(peer, (machine) => machine.catchUpEnded());
  }

  historyCame(peer: PeerRecord): void {
    this.#change(peer, (machine) => {
      machine.historyCame = true;
    });
  }

  disconnected(peer: PeerRecord): void {
    this.#change(peer, (machine) => {
      machine.sessionEnded(this.#parts.now());
      this.#roll.learnRefused(machine);
    });
  }

  removed(peer: PeerRecord): void {
    const machine = this.#roll.remove(peer.id);
    if (machine === undefined) return;
    this.#settings = new Map([...this.#settings, [peer.id, machine.settings]]);
    this.#publish([], [machine.instanceId]);
  }

  /** Every watcher ends with this error: the hub stops. */
  stop(error: HubError): void {
    for (const watcher of [...this.#watchers]) watcher.fail(error);
  }

  /** Clears every timer. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#reads.close();
    this.#ticks.close();
  }

  /** What changes all the time is told of later, with what else changes then. */
  #move(peerId: number, change: (machine: FleetMachine) => void): void {
    const machine = this.#roll.get(peerId);
    if (machine === undefined) return;
    change(machine);
    this.#ticks.moved(peerId);
  }

  #change(peer: PeerRecord, change: (machine: FleetMachine) => void): void {
    const machine = this.#roll.get(peer.id);
    if (machine === undefined) return;
    change(machine);
    this.#judge([machine]);
  }

  /** @returns the peers of whom there was something to tell */
  #judge(machines: readonly FleetMachine[]): number[] {
    const nowMs = this.#parts.now();
    const changed = machines.filter((machine) => {
      const before = machine.health;
      return !isDeepStrictEqual(before, machine.judge(nowMs));
    });
    if (changed.length > 0)
      this.#publish(
        changed.map(({ health }) => health),
        [],
      );
    else this.#arm();
    return changed.map(({ peerId }) => peerId);
  }

  #publish(machines: readonly MachineHealth[], removed: readonly string[]): void {
    this.#arm();
    if (this.#watchers.size === 0) return;
    const change: FleetChange = { machines, removed, summary: this.summary(), atMs: this.#parts.now() };
    for (const watcher of this.#watchers) watcher.changed(change);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { health } of this.#roll.all()) nextMs = Math.min(nextMs, health.changesMs);
    if (nextMs === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.min(MAX_TIMER_MS, Math.max(1, Math.ceil(nextMs - this.#parts.now())));
    this.#timer = setTimeout(() => this.#timePassed(), waitMs);
    this.#timer.unref();
  }

  #timePassed(): void {
    const nowMs = this.#parts.now();
    this.#judge(this.#roll.all().filter(({ health }) => health.changesMs <= nowMs));
  }
}

export function noMachine(instanceId: string): HubError {
  return new HubError(
    "not_found",
    `no machine of this hub has the instance id ${JSON.stringify(instanceId)}; \`backrest-hub instances list\` shows all of them`,
  );
}
