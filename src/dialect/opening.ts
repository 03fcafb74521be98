import type { SyncItem } from "../../gen/hub/wire/v1/sync_pb.js";
import type { Dialect, PeerHello } from "./dialect.js";
import type { EphemeralKeys } from "./current/ephemeral-keys.js";
import { WrongSignature } from "./current/handshake.js";
import { type CurrentHost, CurrentOpening } from "./current/opening.js";
import { SeedCatchUp } from "./seed-catching-up.js";
import type { SeedDialect } from "./seed.js";

/**
 * A session's way from its first item to a peer that has proven who it is. One object a session; it takes the peer's
 * items one after the other until it has the peer's claim, and sends nothing itself.
 */
export interface Opening<Hello extends PeerHello = PeerHello, Opened extends Dialect = Dialect> {
  /**
   * Takes the peer's next item; the one behind it only when this is settled.
   * @throws HubError in words for the peer's operator; the session is over then
   */
  receive(item: SyncItem, nowMs: number): Promise<OpeningStep<Hello, Opened>>;
}

export type OpeningStep<Hello, Opened> =
  /** To be written as it is, at once; the peer's next item is part of the opening still. */
  | { readonly step: "answer"; readonly item: SyncItem }
  /** The claim is verified; whether this peer is let in is for others to say. */
  | { readonly step: "hello"; readonly hello: Hello; readonly dialect: Opened };

/** What an opening may need of its session. */
export interface OpeningTurn {
  /** Resolves when this session may do what costs the hub work; rejects when it may not. */
  readonly turn: () => Promise<void>;
  /** Told that the peer's proof of its key was wrong, before the opening fails. */
  readonly failed: () => void;
}

export interface OpeningParts {
  readonly seed: SeedDialect;
  readonly current: CurrentHost;
  readonly keys: EphemeralKeys;
}

/** Opens sessions of every generation: the first item tells which one it is. */
export class FirstItemOpening implements Opening {
  readonly #parts: OpeningParts;
  readonly #turn: OpeningTurn;
  #chosen: Opening | undefined;

  constructor(parts: OpeningParts, turn: OpeningTurn) {
    this.#parts = parts;
    this.#turn = turn;
  }

  async receive(item: SyncItem, nowMs: number): Promise<OpeningStep<PeerHello, Dialect>> {
    this.#chosen ??= this.#choose(item);
    try {
      return await this.#chosen.receive(item, nowMs);
    } catch (reason) {
      if (reason instanceof WrongSignature) this.#turn.failed();
      throw reason;
    }
  }

  #choose(first: SyncItem): Opening {
    const { seed, current, keys } = this.#parts;
    return speaksCurrent(first)
      ? new CurrentOpening({ host: current, keys, turn: this.#turn.turn })
      : new SeedOpening(seed);
  }
}

/** The seed's opening: the first item is the handshake, and everything is in the clear. */
export class SeedOpening implements Opening {
  readonly #dialect: SeedDialect;

  constructor(dialect: SeedDialect) {
    this.#dialect = dialect;
  }

  async receive(item: SyncItem, nowMs: number): Promise<OpeningStep<PeerHello, Dialect>> {
    const hello = this.#dialect.readHandshake(item, nowMs);
    return { step: "hello", hello, dialect: inTheClear(this.#dialect, hello.capabilities) };
  }
}

/** The first item tells the generations apart. */
export function speaksCurrent(first: SyncItem): boolean {
  return first.action.case === "establishSharedSecret";
}

function inTheClear(dialect: SeedDialect, capabilities: readonly string[]): Dialect {
  return {
    generation: dialect.generation,
    writeHandshake: (nowMs) => dialect.writeHandshake(nowMs),
    read: (item) => dialect.read(item, capabilities),
    write: (message) => dialect.write(message),
    seal: (item) => item,
    beginCatchUp: (known, nowMs) => SeedCatchUp.begin(known, nowMs),
  };
}
