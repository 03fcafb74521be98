import { setTimeout as sleep } from "node:timers/promises";
import { History } from "../history.js";
import type { KnownHost } from "../handshake.js";
import { keepConnected } from "../keep-connected.js";
import { SeedPeer } from "../peer.js";
import type { PeerSession } from "../session.js";
import { Clock } from "./clock.js";
import { type KeptHistory, openHistoryFile } from "./history-file.js";
import { liveOn, liveThrough } from "./life.js";
import { simulatedLog } from "./logs.js";
import type { Habit } from "./misbehaviour.js";
import { inventProfile, type Profile, switchSchedulesOff } from "./profile.js";
import { Random } from "./random.js";
import { seededIdentity } from "./seeded-identity.js";
import type { Beat } from "./tasks.js";

export interface MachineOptions {
  readonly seed: number;
  readonly instanceId: string;
  readonly url: string;
  /** The only host that it talks to; every host by default. */
  readonly knownHost?: KnownHost;
  /** PEM of the authority to trust over TLS. */
  readonly ca?: Buffer;
  /** Days that are over when it first connects. */
  readonly days: number;
  /** Until when it has lived, in Unix milliseconds; until now by default. */
  readonly untilMs?: number;
  /** Since when its backups fail, in Unix milliseconds. */
  readonly failsSinceMs?: number;
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
/** A machine that has cut its own connection comes back after this. */
const FLAP_MS = 1_000;

/** A simulated machine: who it is, what it has lived through, and its Backrest. */
export class SimulatedMachine {
  readonly profile: Profile;
  readonly peer: SeedPeer;
  readonly wellBehaved: boolean;
  readonly #habit: Habit;
  readonly #kept: KeptHistory;
  readonly #life: Generator<Beat, never>;
  #opened = 0;
  #failed = 0;
  #lastFailure: string | undefined;

  /** Lives through its past, unless its file holds one. */
  constructor(options: MachineOptions) {
    const { seed, instanceId, days, file, failsSinceMs, untilMs = Date.now(), habit = {} } = options;
    const clock = new Clock();
    this.#habit = habit;
    this.wellBehaved = options.habit === undefined;
    this.profile = inventProfile(seed, instanceId);
    if (options.schedulesOff === true) switchSchedulesOff(this.profile);
    this.#kept =
      file === undefined ? inMemory(instanceId, clock.now) : openHistoryFile(file, { instanceId, now: clock.now });
    const { history } = this.#kept;
    const isNew = history.size === 0;
    if (isNew) clock.set(untilMs - days * DAY_MS);
    this.#life = liveOn({
      profile: this.profile,
      history,
      random: Random.of(isNew ? seed : Date.now(), `life/${instanceId}`),
      now: clock.now,
      ...(failsSinceMs === undefined ? {} : { failsSinceMs }),
    });
    if (isNew) liveThrough(this.#life, clock, untilMs);
    clock.release();
    this.peer = new SeedPeer({
      url: options.url,
      instanceId,
      identity: seededIdentity(seed, instanceId),
      history,
      resources: this.profile.resources,
      config: this.profile.config,
      readLog: (logId) => simulatedLog({ profile: this.profile, history, now: Date.now }, logId),
      ...(options.capabilities === undefined ? {} : { capabilities: options.capabilities }),
      ...(options.knownHost === undefined ? {} : { knownHost: options.knownHost }),
      ...(options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs }),
      ...(options.ca === undefined ? {} : { ca: options.ca }),
      ...habit.options,
    });
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
    const onSession = (session: PeerSession) => this.#watch(session);
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

  #watch(session: PeerSession): void {
    const count = async () => {
      await session.opened.then(
        () => void (this.#opened += 1),
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
