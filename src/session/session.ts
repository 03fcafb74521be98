import { setImmediate as nextTurn } from "node:timers/promises";
import { toBinary } from "@bufbuild/protobuf";
import type { Logger } from "pino";
import type { SyncItem } from "../../gen/hub/wire/v1/sync_pb.js";
import {
  type RemoteConfig,
  SyncStreamItem_SyncActionReceiveResourcesSchema as ResourcesSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import type { Dialect, PeerHello, PeerMessage } from "../dialect/dialect.js";
import { type Opening, type OpeningTurn, speaksCurrent } from "../dialect/opening.js";
import { HubError } from "../errors.js";
import type { WantedLog } from "../fleet/log-fetch.js";
import type { PushTarget, WaitingPush } from "../fleet/push-target.js";
import { throttleDelayMs } from "../fleet/throttle.js";
import type { IngestLane, IngestPipeline } from "../history/pipeline.js";
import type { Generation, PassOutcome, PeerRecord } from "../store/store.js";
import type { NamedLog } from "../store/logs.js";
import type { FullPasses } from "./full-passes.js";
import type { LogCollector } from "./log-collector.js";
import type { LogDesk, LogSource } from "./log-desk.js";
import {
  type SessionEffect,
  type SessionEnd,
  type SessionEvent,
  type SessionLimits,
  type SessionState,
  sessionDeadline,
  transition,
} from "./machine.js";
import { Outbound } from "./outbound.js";
import type { RegisteredSession, SessionRegistry } from "./registry.js";

/** What a session needs of the connection below it. */
export interface SessionConnection {
  readonly address: string;
  readonly encrypted: boolean;
  readonly loopback: boolean;
  readonly userAgent: string;
  readonly meantHttps: boolean;
  authenticated(): void;
  allow(ms: number): void;
  ping(timeoutMs: number): Promise<void>;
  cut(): void;
}

/** Decides whether a peer that proved its key is let in. */
export interface Admission {
  /** @throws HubError in words for the peer's operator */
  admit(hello: PeerHello, connection: SessionConnection): Promise<PeerRecord>;
}

/** Says when a session's opening may do work. */
export interface SessionTurns {
  /** @throws HubError when it has to wait too long, or the signal aborts */
  take(address: string, signal: AbortSignal): Promise<unknown>;
  /** Counts a wrong proof against an address. */
  failed(address: string): void;
  /** The longest that a turn is waited for, in milliseconds. */
  readonly longestWaitMs: number;
}

/** Told what sessions do and learn, in order. */
export interface SessionObserver {
  connected(peer: PeerRecord, hello: PeerHello, connection: SessionConnection): void;
  learned(
    peer: PeerRecord,
    message: Extract<PeerMessage, { kind: "heartbeat" | "resources" | "config" }>,
    nowMs: number,
  ): void;
  passBegan(peer: PeerRecord): void;
  /** The store has compared what the peer has: so many operations are asked for. */
  passExpects(peer: PeerRecord, operations: number): void;
  operationsCame(peer: PeerRecord, operations: number): void;
  passEnded(peer: PeerRecord, full: boolean, outcome: PassOutcome, nowMs: number): void;
  /** The peer's own session ended, with no newer one in its place. */
  disconnected(peer: PeerRecord, reason: SessionEnd, lastedMs: number): void;
}

/** A session as others may look at it, at any time and when it has ended. */
export interface SessionView {
  readonly address: string;
  readonly userAgent: string;
  readonly encrypted: boolean;
  readonly meantHttps: boolean;
  /** When the stream opened, by the wall clock. */
  readonly sinceMs: number;
  /** Known from the first message on. */
  readonly generation: Generation | undefined;
  /** What the peer proved, or, where it could not, what it claims. */
  readonly keyid: string | undefined;
  readonly instanceId: string | undefined;
  readonly admitted: boolean;
  /** Bytes of the messages that came. */
  readonly bytes: number;
  /** Operations and ids of deleted ones that came. */
  readonly operations: number;
}

/** What the hub pushes; told of each peer's sessions, in order. */
export interface SessionPushes {
  attach(peer: PeerRecord, target: PushTarget): void;
  configCame(peerId: number, target: PushTarget, config: RemoteConfig): void;
  /** The push has entered the stream. */
  sent(peerId: number, target: PushTarget, pushId: number): void;
  detach(peerId: number, target: PushTarget, cause: SessionEnd["cause"]): void;
}

export interface SessionDriverLimits extends SessionLimits {
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
}

export interface SessionParts {
  readonly opening: (turn: OpeningTurn) => Opening;
  readonly turns: SessionTurns;
  readonly admission: Admission;
  readonly observer: SessionObserver;
  readonly registry: SessionRegistry<Session>;
  readonly pipeline: IngestPipeline;
  readonly logs: LogDesk;
  /** Told of the end of every session, of those too that never were a peer's. */
  readonly onEnded: (session: SessionView, reason: SessionEnd) => void;
  readonly pushes: SessionPushes;
  readonly limits: SessionDriverLimits;
  /** A logger for what is caused from this address, bounded. */
  readonly loggerFor: (address: string) => Logger;
  /** Milliseconds, only ever rising: for how long things take, whatever is done to the machine's clock. */
  readonly now: () => number;
  /** Milliseconds since 1970, as people and peers see the time. */
  readonly wallClock: () => number;
  readonly fullPasses: FullPasses;
}

/** Items that may wait for a peer that does not read; the hub says little, so a full queue is a dead reader. */
const OUTBOUND_MAX_ITEMS = 256;
/** What a peer is not let in with; anything else is the hub's own failure. */
const REFUSALS: ReadonlySet<HubError["code"]> = new Set(["permission_denied", "resource_exhausted"]);
/** How often a peer may describe itself unasked: in its greeting, and when something changed. */
const DESCRIPTIONS = { atMost: 60, perMs: 60_000 } as const;
/** Messages that one session may have handled before everybody else gets their turn: thousands can be there at once. */
const MESSAGES_PER_TURN = 64;
/** How long the hub reads on after it decided to end, so that its reason is not lost in the peer's own writing. */
const LAST_WORDS = { pauseMs: 50, atMostMs: 1_000 } as const;

/**
 * How long a session waits after it made an older one of the same peer end. A Backrest shows what it was told last: the end
 * of the old session, if it is read after the new one has opened, stands there as "Disconnected" for hours.
 */
const AFTER_DISPLACED_MS = 50;

/** Drives one session: turns the stream, the clock and the store into events, and carries out what the machine says. */
export class Session implements RegisteredSession, LogSource, PushTarget {
  readonly number: number;
  readonly #parts: SessionParts;
  readonly #connection: SessionConnection;
  readonly #openedMs: number;
  /** Each is made when it goes out, in this order: see {@link Dialect.seal}. */
  readonly #outbound = new Outbound<() => SyncItem>(OUTBOUND_MAX_ITEMS);
  readonly #opening: Opening;
  readonly #ended = new AbortController();
  #dialect: Dialect | undefined;
  readonly #logger: Logger;
  #state: SessionState;
  #peer: PeerRecord | undefined;
  readonly #sinceMs: number;
  #generation: Generation | undefined;
  #hello: Pick<PeerHello, "keyid" | "instanceId"> | undefined;
  #bytes = 0;
  #operations = 0;
  #lane: IngestLane | undefined;
  #log: LogCollector | undefined;
  #admission: Promise<void> | undefined;
  #timer: { readonly handle: NodeJS.Timeout; readonly atMs: number } | undefined;
  #pinger: NodeJS.Timeout | undefined;
  #heardMs: number;
  #readingEnded = false;
  #descriptions = { sinceMs: 0, count: 0 };
  /** Questions for its resources that the peer has not answered. */
  #questions = 0;
  #resources: Uint8Array | undefined;

  constructor(parts: SessionParts, connection: SessionConnection) {
    this.#parts = parts;
    this.#connection = connection;
    this.number = parts.registry.nextNumber();
    this.#logger = parts.loggerFor(connection.address).child({ session: this.number });
    this.#openedMs = parts.now();
    this.#sinceMs = parts.wallClock();
    this.#heardMs = this.#openedMs;
    this.#state = { name: "opening", sinceMs: this.#openedMs };
    this.#opening = parts.opening({
      turn: () => this.#turn(),
      failed: () => parts.turns.failed(connection.address),
    });
  }

  /** When anything last came from the peer. */
  get heardMs(): number {
    return this.#heardMs;
  }

  get address(): string {
    return this.#connection.address;
  }

  view(): SessionView {
    const { address, userAgent, encrypted, meantHttps } = this.#connection;
    const claim = this.#hello ?? (this.#state.name === "ended" ? this.#state.reason.error.claim : {});
    return {
      address,
      userAgent,
      encrypted: encrypted || this.#generation === "current",
      meantHttps,
      sinceMs: this.#sinceMs,
      generation: this.#generation,
      keyid: claim.keyid,
      instanceId: claim.instanceId,
      admitted: this.#peer !== undefined,
      bytes: this.#bytes,
      operations: this.#operations,
    };
  }

  /** Ends the session from outside; the peer is told why. */
  close(reason: SessionEnd): void {
    this.#dispatch({ type: "end", reason });
  }

  resync(): void {
    this.#dispatch({ type: "resync" });
  }

  /** Fetches a log from the peer, when its turn comes. */
  wantLog(wanted: WantedLog): void {
    this.#dispatch({ type: "log-wanted", wanted });
  }

  /** Changes the peer's configuration, when it has time for it. */
  push(push: WaitingPush): void {
    this.#dispatch({ type: "push-wanted", push });
  }

  get hasAnswered(): boolean {
    return this.#questions === 0;
  }

  /**
   * Yields what the hub says and reads what the peer says, until either ends.
   * @param signal aborts when the stream is gone
   * @throws HubError why the session ended, always: a stream that ends without a code tells the peer nothing
   */
  async *run(requests: AsyncIterable<SyncItem>, signal: AbortSignal): AsyncGenerator<SyncItem> {
    const gone = () => this.close(transportGone());
    signal.addEventListener("abort", gone, { once: true });
    this.#parts.registry.opened(this);
    this.#arm();
    void this.#read(requests);
    try {
      for await (const item of this.#outbound) yield item();
      if (!signal.aborted && !this.#isDisplaced()) await this.#lastWords();
      if (this.#state.name === "ended") throw this.#state.reason.error;
      throw new HubError("internal", "the session ended without a reason");
    } finally {
      signal.removeEventListener("abort", gone);
      this.#dispatch({ type: "end", reason: transportGone() });
    }
  }

  async #read(requests: AsyncIterable<SyncItem>): Promise<void> {
    let taken = 0;
    try {
      for await (const item of requests) {
        if (++taken % MESSAGES_PER_TURN === 0) await nextTurn();
        this.#bytes += item.action.value?.byteLength ?? 0;
        this.#heardMs = this.#parts.now();
        // Reading pauses while the queues to the store are full and while the peer is looked up, and at no other time.
        const room = this.#lane?.room(item.action.value?.byteLength ?? 0);
        if (room !== undefined) await room;
        if (this.#state.name === "ended") continue;
        if (this.#dialect === undefined) await this.#open(item);
        else this.#receive(this.#dialect, item);
        this.#throttle();
        if (this.#admission !== undefined) await this.#admission;
      }
      this.#dispatch({
        type: "end",
        reason: {
          cause: "peer-left",
          error: new HubError("canceled", "this Backrest closed its session", { level: "debug" }),
        },
      });
    } catch (reason) {
      this.#dispatch({ type: "end", reason: readFailure(reason) });
    } finally {
      this.#readingEnded = true;
    }
  }

  async #open(item: SyncItem): Promise<void> {
    this.#generation ??= speaksCurrent(item) ? "current" : item.action.case === "handshake" ? "seed" : undefined;
    try {
      const step = await this.#opening.receive(item, this.#parts.wallClock());
      if (step.step === "answer") return this.#send(() => step.item);
      const { hello, dialect } = step;
      this.#dialect = dialect;
      this.#hello = { keyid: hello.keyid, instanceId: hello.instanceId };
      this.#dispatch({ type: "hello", hello, catchUps: dialect });
    } catch (reason) {
      this.#refuse(reason);
    }
  }

  /** Waits until the opening may do work; the peer's own time begins then. */
  async #turn(): Promise<void> {
    const { turns, limits } = this.#parts;
    this.#dispatch({ type: "queued" });
    this.#connection.allow(turns.longestWaitMs + limits.openingTimeoutMs);
    await turns.take(this.#connection.address, this.#ended.signal);
    this.#dispatch({ type: "turn" });
  }

  #receive(dialect: Dialect, item: SyncItem): void {
    try {
      const message = dialect.read(item);
      if (message.kind === "resources" && this.#questions > 0) this.#questions--;
      else if (message.kind === "config" || message.kind === "resources") this.#countDescription();
      this.#dispatch({ type: "message", message });
    } catch (reason) {
      this.#refuse(reason);
    }
  }

  /** What the peer sent is wrong, or it may not come in. */
  #refuse(reason: unknown): void {
    const error = HubError.from(reason);
    const cause =
      error.code === "permission_denied" ? "refused" : error.code === "unavailable" ? "failure" : "protocol";
    this.#dispatch({ type: "end", reason: { cause, error } });
  }

  /** Each is masked, sealed and shown to every reader: a Backrest sends few, and only when something changed. */
  #countDescription(): void {
    const nowMs = this.#parts.now();
    if (nowMs - this.#descriptions.sinceMs >= DESCRIPTIONS.perMs) this.#descriptions = { sinceMs: nowMs, count: 0 };
    this.#descriptions.count++;
    if (this.#descriptions.count <= DESCRIPTIONS.atMost) return;
    throw new HubError(
      "resource_exhausted",
      "this Backrest sends its repos, plans or configuration over and over; restart it",
    );
  }

  #dispatch(event: SessionEvent): void {
    const step = transition(this.#state, event, this.#parts.limits, this.#parts.now());
    this.#state = step.state;
    for (const effect of step.effects) {
      this.#carryOut(effect);
      // An effect that failed has moved the session on: what was planned behind it no longer holds.
      if (this.#state !== step.state) return;
    }
    this.#arm();
  }

  #carryOut(effect: SessionEffect): void {
    switch (effect.do) {
      case "admit":
        this.#admission = this.#admit(effect.hello).finally(() => {
          this.#admission = undefined;
        });
        return;
      case "send-handshake":
        return this.#say((dialect) => dialect.writeHandshake(this.#parts.wallClock()));
      case "send":
        if (effect.message.kind === "request-resources") this.#questions++;
        return this.#say((dialect) => dialect.write(effect.message));
      case "ingest":
        this.#operations += effect.entries;
        if (this.#peer !== undefined) this.#parts.observer.operationsCame(this.#peer, effect.entries);
        return this.#lane?.ingest(effect.event, effect.entries, this.#parts.wallClock());
      case "begin-pass":
        if (this.#peer !== undefined) this.#parts.observer.passBegan(this.#peer);
        return this.#lane?.beginPass(effect.full);
      case "compare":
        return this.#lane?.compare(effect, this.#parts.wallClock(), (wanted) => {
          if (this.#peer !== undefined) this.#parts.observer.passExpects(this.#peer, wanted.length);
          this.#dispatch({ type: "compared", wanted });
        });
      case "await-store":
        return this.#lane?.taken(() => this.#dispatch({ type: "taken" }));
      case "end-pass":
        return this.#endPass(effect.full);
      case "learn":
        return this.#learn(effect.message);
      case "keep-log":
        this.#log ??= this.#parts.logs.collect();
        return this.#log.add(effect.chunk);
      case "log-ended": {
        const log = this.#log;
        this.#log = undefined;
        if (this.#peer !== undefined) this.#parts.logs.ended(this.#peer.id, effect, log);
        return undefined;
      }
      case "log-dropped":
        return this.#parts.logs.dropped(effect);
      case "pushed":
        return this.#peer === undefined ? undefined : this.#parts.pushes.sent(this.#peer.id, this, effect.id);
      case "end":
        return this.#end(effect.reason);
    }
  }

  /** A long history has an answer with the peer's resources behind each of its pieces, mostly the same one. */
  #learn(message: Extract<SessionEffect, { do: "learn" }>["message"]): void {
    if (this.#peer === undefined) return;
    if (message.kind === "resources") {
      const bytes = toBinary(ResourcesSchema, message.resources);
      if (this.#resources !== undefined && Buffer.compare(bytes, this.#resources) === 0) return;
      this.#resources = bytes;
    }
    this.#parts.observer.learned(this.#peer, message, this.#parts.wallClock());
    if (message.kind === "config") this.#parts.pushes.configCame(this.#peer.id, this, message.config);
  }

  async #admit(hello: PeerHello): Promise<void> {
    try {
      const peer = await this.#parts.admission.admit(hello, this.#connection);
      if (this.#state.name !== "admitting") return;
      const hadSession = this.#parts.registry.claim(peer.id, this);
      this.#peer = peer;
      if (hadSession) await new Promise((resolve) => setTimeout(resolve, AFTER_DISPLACED_MS));
      if (!this.#isAdmitting()) return;
      this.#lane = this.#parts.pipeline.open({
        peerId: peer.id,
        session: this.number,
        keyid: hello.keyid,
        logger: this.#logger.child({ instance: peer.instanceId }),
        onFailedLogs: hello.capabilities.includes("logs") ? (logs) => this.#wantLogs(logs) : undefined,
        onFailure: (cause, error) => {
          // What was lost may have been a deletion that is not told again.
          this.#parts.fullPasses.spoil(hello.keyid);
          this.close({ cause, error });
        },
      });
      this.#connection.authenticated();
      this.#startPings();
      this.#logger.info({ instance: peer.instanceId, keyid: hello.keyid }, "peer connected");
      this.#parts.observer.connected(peer, hello, this.#connection);
      this.#dispatch({
        type: "admitted",
        mark: peer.mark,
        fullPassDue: this.#parts.fullPasses.isDue(hello.keyid, peer.operationCount, this.#parts.now()),
      });
      if (!this.#stillSyncs()) return;
      if (this.#parts.fullPasses.isWanted(hello.keyid)) this.resync();
      if (hello.capabilities.includes("logs")) this.#parts.logs.attach(peer.id, this);
      this.#parts.pushes.attach(peer, this);
    } catch (reason) {
      const error = HubError.from(reason);
      this.#dispatch({
        type: "end",
        reason: { cause: REFUSALS.has(error.code) ? "refused" : "failure", error },
      });
    }
  }

  #isAdmitting(): boolean {
    return this.#state.name === "admitting";
  }

  /** It made way for a newer session of the same peer. */
  #isDisplaced(): boolean {
    return this.#state.name === "ended" && this.#state.reason.cause === "displaced";
  }

  /** Apart, since the state that was looked at before has moved on. */
  #stillSyncs(): boolean {
    return this.#state.name === "syncing";
  }

  /** What ended in an error is what somebody will want to read, perhaps when its machine is gone. */
  #wantLogs(logs: readonly NamedLog[]): void {
    for (const log of logs) this.wantLog({ ...log, forReader: false, operationEnded: true });
  }

  #throttle(): void {
    const lane = this.#lane;
    const delayMs = lane === undefined ? 0 : throttleDelayMs(lane.load());
    if (delayMs > 0) this.#dispatch({ type: "crowded", delayMs });
  }

  #endPass(full: boolean): void {
    const lane = this.#lane;
    if (lane === undefined) return;
    const { keyid } = lane.owner;
    lane.endPass(full, this.#parts.wallClock(), (outcome) => {
      if (lane.closed) return;
      if (full && outcome.markHeld) {
        this.#parts.fullPasses.done(keyid, this.#parts.now());
        if (this.#state.name === "syncing" && !this.#state.resync) this.#parts.fullPasses.fulfilled(keyid);
      }
      if (this.#peer !== undefined) {
        this.#parts.observer.passEnded(this.#peer, full, outcome, this.#parts.wallClock());
      }
      this.#dispatch({ type: "pass-ended", counts: outcome.markHeld });
    });
  }

  /** An item behind the opening; it is sealed when it goes out. */
  #say(write: (dialect: Dialect) => SyncItem): void {
    const dialect = this.#dialect;
    if (dialect === undefined) return;
    const item = write(dialect);
    this.#send(() => dialect.seal(item));
  }

  #send(item: () => SyncItem): void {
    if (this.#outbound.push(item) || this.#state.name === "ended") return;
    this.close({
      cause: "silent",
      error: new HubError(
        "unavailable",
        "this Backrest stopped reading what the hub sends; it is expected to dial again",
      ),
    });
  }

  #end(reason: SessionEnd): void {
    this.#ended.abort();
    this.#lane?.close();
    if (this.#peer !== undefined) {
      this.#parts.logs.detach(this.#peer.id, this);
      this.#parts.pushes.detach(this.#peer.id, this, reason.cause);
    }
    this.#timer = clearTimer(this.#timer);
    clearInterval(this.#pinger);
    this.#outbound.end();
    const lastedMs = this.#parts.now() - this.#openedMs;
    const wasCurrent = this.#parts.registry.release(this.#peer?.id, this);
    // That a peer left is worth a line beside the one that says that it came.
    const level = reason.error.level === "debug" && this.#peer !== undefined ? "info" : reason.error.level;
    this.#logger[level](
      {
        cause: reason.cause,
        code: reason.error.code,
        instance: this.#peer?.instanceId,
        lastedMs,
        ...(reason.error.cause === undefined ? {} : { err: reason.error.cause }),
      },
      `session ended: ${reason.error.message}`,
    );
    this.#parts.onEnded(this.view(), reason);
    if (wasCurrent && this.#peer !== undefined) this.#parts.observer.disconnected(this.#peer, reason, lastedMs);
  }

  /** Reads on until the peer pauses: one that is writing when the stream ends never sees why it ended. */
  async #lastWords(): Promise<void> {
    if (this.#peer === undefined) return;
    const until = this.#parts.now() + LAST_WORDS.atMostMs;
    while (!this.#readingEnded && this.#parts.now() < until) {
      if (this.#parts.now() - this.#heardMs >= LAST_WORDS.pauseMs) return;
      await new Promise((resolve) => setTimeout(resolve, LAST_WORDS.pauseMs));
    }
  }

  #startPings(): void {
    const { pingIntervalMs, pingTimeoutMs } = this.#parts.limits;
    this.#pinger = setInterval(() => {
      this.#connection.ping(pingTimeoutMs).catch(() => {
        this.close({
          cause: "transport",
          error: new HubError("unavailable", "the connection to this Backrest no longer answers"),
        });
      });
    }, pingIntervalMs);
  }

  /** One timer, for the earliest thing that is due; a later deadline than the armed one waits for the timer to look again. */
  #arm(): void {
    const atMs = sessionDeadline(this.#state, this.#parts.limits);
    if (!Number.isFinite(atMs)) {
      this.#timer = clearTimer(this.#timer);
      return;
    }
    if (this.#timer !== undefined && this.#timer.atMs <= atMs) return;
    clearTimer(this.#timer);
    const handle = setTimeout(
      () => {
        this.#timer = undefined;
        this.#dispatch({ type: "tick" });
      },
      Math.max(1, Math.min(atMs - this.#parts.now(), 0x7fff_ffff)),
    );
    this.#timer = { handle, atMs };
  }
}

function clearTimer(timer: { readonly handle: NodeJS.Timeout } | undefined): undefined {
  if (timer !== undefined) clearTimeout(timer.handle);
  return undefined;
}

function transportGone(): SessionEnd {
  return {
    cause: "peer-left",
    error: new HubError("canceled", "the connection to this Backrest is gone", { level: "debug" }),
  };
}

/** Reading failed: a limit of the port or bytes that are no message are the peer's doing, the rest is a lost connection. */
function readFailure(reason: unknown): SessionEnd {
  const error = HubError.from(reason);
  switch (error.code) {
    case "invalid_argument":
    case "resource_exhausted":
    case "unimplemented":
      return { cause: "protocol", error };
    case "deadline_exceeded":
      return { cause: "refused", error };
    case "internal":
      return {
        cause: "protocol",
        error: new HubError("invalid_argument", "what came is no Sync message", { cause: reason }),
      };
    default:
      return {
        cause: "peer-left",
        error: new HubError("canceled", "the connection to this Backrest is gone", { level: "debug", cause: reason }),
      };
  }
}
