import { setTimeout as sleep } from "node:timers/promises";
import { Multihost_Permission_Type as GrantType } from "../../../gen/v1/config_pb.js";
import type { Operation } from "../../../gen/v1/operations_pb.js";
import { History } from "../history.js";
import type { KnownHost } from "../handshake.js";
import { CurrentPeer } from "../current-peer.js";
import { type DialedSession, keepConnected } from "../keep-connected.js";
import { type MachineGrant, MachineSettings } from "../machine-settings.js";
import { SeedPeer } from "../peer.js";
import type { RetryGeneration } from "../retry-policy.js";
import { Clock } from "./clock.js";
import { type KeptHistory, openHistoryFile } from "./history-file.js";
import { liveOn, liveThrough } from "./life.js";
import { simulatedLog } from "./logs.js";
import type { AnyPeer, Habit } from "./misbehaviour.js";
import type { Course } from "./course.js";
import { recordPast } from "./past.js";
import { inventProfile, type Profile, switchSchedulesOff, type Workload } from "./profile.js";
import { Random } from "./random.js";
import { seededEd25519Identity, seededIdentity } from "./seeded-identity.js";
import type { Beat } from "./tasks.js";

export interface MachineOptions {
  readonly seed: number;
  readonly instanceId: string;
  readonly generation: RetryGeneration;
  readonly url: string;
  /** The only host that it talks to, as each generation knows it; every host by default. */
  readonly knownHosts?: Readonly<Record<RetryGeneration, KnownHost>>;
  /** PEM of the authority to trust over TLS. */
  readonly ca?: Buffer;
  /** Days that are over when it first connects. */
  readonly days: number;
  /** How somebody set it up; invented by default. */
  readonly profile?: Profile;
  /** How its backups have gone, in place of living through the days. */
  readonly courseOf?: (workload: Workload) => Course;
  /** Of its backups to come, where nothing else makes them fail. */
  readonly failureRate?: number;
  /** What it lets its host do; everything by default. */
  readonly grants?: readonly MachineGrant[];
  /** Which operations it sends; all by default. */
  readonly sends?: (operation: Operation) => boolean;
  /** Until when it has lived, in Unix milliseconds; until now by default. */
  readonly untilMs?: number;
  /** Since when its backups fail, in Unix milliseconds. */
  readonly failsSinceMs?: number;
  /** How long its backups take. */
  readonly backupSeconds?: { readonly low: number; readonly high: number };
  /** The schedules of its plans are off. */
  readonly schedulesOff?: boolean;
  /** Upstream's ten minutes by default. */
  readonly heartbeatMs?: number;
  /** What it announces beyond a released Backrest, none of which does: `logs`, `throttle`. */
  readonly capabilities?: readonly string[];
  /** How it misbehaves; it does not by default. */
  readonly habit?: Habit;
  /** Where its history is kept; in memory by default. */
  readonly file?: string;
}

/** What became of a machine's sessions so far. */
export interface MachineFigures {
  /** Sessions that opened. */
  readonly opened: number;
  /** Sessions that ended, or did not open, by the doing of the host or the network, or for want of its answer. */
  readonly failed: number;
  /** Why the last one of those ended. */
  readonly lastFailure: string | undefined;
}

export interface RunOptions {
  readonly signal: AbortSignal;
  /** See {@link keepConnected}; 1/60 makes upstream's minutes seconds. */
  readonly timeScale: number;
  /** How often it acts on its habit. */
  readonly habitMs: number;
}

const DAY_MS = 86_400_000;
/** As one who trusts the hub would set it: its history and configuration are shown, and changes of it taken. */
const GRANTS: readonly MachineGrant[] = [
  { type: GrantType.PERMISSION_READ_WRITE_CONFIG, scopes: ["*"] },
  { type: GrantType.PERMISSION_RECEIVE_SHARED_REPOS, scopes: ["*"] },
];
/** A machine that has cut its own connection comes back after this. */
const FLAP_MS = 1_000;

/** A simulated machine: who it is, what it has lived through, and its Backrest. */
export class SimulatedMachine {
  readonly profile: Profile;
  readonly peer: AnyPeer;
  readonly wellBehaved: boolean;
  readonly #habit: Habit;
  readonly #kept: KeptHistory;
  readonly #life: Generator<Beat, never>;
  #opened = 0;
  #failed = 0;
  #lastFailure: string | undefined;

  /** Lives through its past, unless its file holds one. */
  constructor(options: MachineOptions) {
    const { seed, instanceId, days, file, failsSinceMs, backupSeconds, untilMs = Date.now(), habit = {} } = options;
    const clock = new Clock();
    this.#habit = habit;
    this.wellBehaved = options.habit === undefined;
    this.profile = options.profile ?? inventProfile(seed, instanceId);
    if (options.schedulesOff === true) switchSchedulesOff(this.profile);
    this.#kept =
      file === undefined ? inMemory(instanceId, clock.now) : openHistoryFile(file, { instanceId, now: clock.now });
    const { history } = this.#kept;
    const isNew = history.size === 0;
    const { courseOf, failureRate } = options;
    const livesThrough = isNew && courseOf === undefined;
    if (isNew && courseOf !== undefined) {
      const random = Random.of(seed, `past/${instanceId}`);
      recordPast({ profile: this.profile, history, random, nowMs: untilMs, courseOf });
    }
    if (livesThrough) clock.set(untilMs - days * DAY_MS);
    this.#life = liveOn({
      profile: this.profile,
      history,
      random: Random.of(isNew ? seed : Date.now(), `life/${instanceId}`),
      now: clock.now,
      ...(failsSinceMs === undefined ? {} : { failsSinceMs }),
      ...(backupSeconds === undefined ? {} : { backupSeconds }),
      ...(failureRate === undefined ? {} : { failureRate }),
    });
    if (livesThrough) liveThrough(this.#life, clock, untilMs);
    clock.release();
    this.peer = this.#createPeer(options, history);
  }

  #createPeer(options: MachineOptions, history: History): AnyPeer {
    const { seed, instanceId, url, generation, capabilities, knownHosts, heartbeatMs, ca } = options;
    const common = {
      url,
      instanceId,
      history,
      settings: new MachineSettings({
        ...this.profile.config,
        generation,
        host: knownHosts?.[generation].instanceId ?? "",
        grants: options.grants ?? GRANTS,
      }),
      readLog: (logId: string) => simulatedLog({ profile: this.profile, history, now: Date.now }, logId),
      ...(options.sends === undefined ? {} : { forwards: options.sends }),
      ...(capabilities === undefined ? {} : { capabilities }),
      ...(knownHosts === undefined ? {} : { knownHost: knownHosts[generation] }),
      ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
      ...(ca === undefined ? {} : { ca }),
      ...this.#habit.options,
    };
    return generation === "seed"
      ? new SeedPeer({ ...common, identity: seededIdentity(seed, instanceId) })
      : new CurrentPeer({ ...common, identity: seededEd25519Identity(seed, instanceId) });
  }

  /** Pairs with this at its first connection; only a machine of the current generation can. */
  pairWith(secret: string): void {
    if (this.peer instanceof CurrentPeer) this.peer.pairingSecret = secret;
  }

  get figures(): MachineFigures {
    return { opened: this.#opened, failed: this.#failed, lastFailure: this.#lastFailure };
  }

  get connected(): boolean {
    return this.peer.state.name === "open";
  }

  /** Makes the next change of its history; a connected host is told. */
  step(): Beat {
    return this.#life.next().value;
  }

  /** Stays connected and acts on its habit, until the signal aborts. */
  async run({ signal, timeScale, habitMs }: RunOptions): Promise<void> {
    const onSession = (session: DialedSession) => this.#watch(session);
    const acting = this.#act(habitMs, signal);
    do {
      // A peer that was killed has closed its session itself, and would not dial again.
      await keepConnected(this.peer, { signal, timeScale, onSession });
      await sleep(FLAP_MS, undefined, { signal }).catch(() => {});
    } while (!signal.aborted);
    await acting;
  }

  /** Ends its session in peace, or cuts it where that is not its habit. */
  async close(): Promise<void> {
    if (this.#habit.act === undefined) await this.peer.close();
    else this.peer.kill();
    this.#kept.close();
  }

  async #act(everyMs: number, signal: AbortSignal): Promise<void> {
    const { act } = this.#habit;
    if (act === undefined) return;
    while (!signal.aborted) {
      await sleep(everyMs, undefined, { signal }).catch(() => {});
      if (!signal.aborted && this.connected) await act(this, signal);
    }
  }

  #hasOpened(): void {
    this.#opened += 1;
    // As a Backrest, which forgets its secret once it is let in.
    this.pairWith("");
  }

  #watch(session: DialedSession): void {
    const count = async () => {
      await session.opened.then(
        () => this.#hasOpened(),
        () => {},
      );
      const { cause, message } = await session.ended;
      if (cause !== "host" && cause !== "gave-up") return;
      this.#failed += 1;
      this.#lastFailure = message;
    };
    void count();
  }
}

function inMemory(instanceId: string, now: () => number): KeptHistory {
  return { history: new History({ instanceId, now }), close: () => {} };
}
