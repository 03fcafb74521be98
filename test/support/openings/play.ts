import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { SyncItemSchema } from "../../../gen/hub/wire/v1/sync_pb.js";
import { KeyExchange } from "../../../src/dialect/current/key-exchange.js";
import { deriveSecrets, type SessionSecrets } from "../../../src/dialect/current/key-schedule.js";
import type { Random } from "../random.js";
import type { RawConnection, RawEnd, RawSync } from "../raw-sync.js";
import { randomBytes } from "./damage.js";
import { CURRENT_MUTATIONS, type CurrentCast, type CurrentMutation, type Exchanged, rightRecord } from "./current.js";
import { SEED_MUTATIONS, type SeedCast } from "./seed.js";

export interface Cast {
  readonly seed: SeedCast;
  readonly current: CurrentCast;
}

export interface Played {
  /** The generation and what was wrong. */
  readonly kind: string;
  /** Undefined when the hub let it in. */
  readonly refusal: RawEnd | undefined;
}

/** Every kind of mutated opening. */
export const KINDS: readonly string[] = [
  ...Object.keys(SEED_MUTATIONS).map((name) => `seed: ${name}`),
  ...Object.keys(CURRENT_MUTATIONS).map((name) => `current: ${name}`),
];

/** Plays mutated openings over one connection, one after the other. */
export class OpeningPlayer {
  readonly #connection: RawConnection;
  readonly #cast: Cast;
  readonly #random: Random;
  readonly #exchange: Promise<KeyExchange>;
  #earlier: Exchanged["earlier"];

  constructor(connection: RawConnection, cast: Cast, random: Random) {
    this.#connection = connection;
    this.#cast = cast;
    this.#random = random;
    // One key for all openings of a connection: it is a peer's own affair, and making one takes long.
    this.#exchange = KeyExchange.begin();
  }

  async play(): Promise<Played> {
    const kind = this.#random.pick(KINDS) ?? "";
    const name = kind.slice(kind.indexOf(":") + 2);
    const stream = this.#connection.open();
    try {
      const mutation = kind.startsWith("current") ? CURRENT_MUTATIONS[name] : undefined;
      const answer =
        mutation === undefined ? await this.#playSeed(stream, name) : await this.#playCurrent(stream, mutation);
      return { kind, refusal: isEnd(answer) ? answer : undefined };
    } finally {
      stream.close();
    }
  }

  #playSeed(stream: RawSync, name: string): Promise<Uint8Array | RawEnd> {
    const bytes = SEED_MUTATIONS[name]?.(this.#cast.seed, this.#random);
    if (bytes === undefined) throw new Error(`there is no opening of the kind ${name}`);
    stream.send(bytes);
    return stream.next();
  }

  async #playCurrent(stream: RawSync, mutation: CurrentMutation): Promise<Uint8Array | RawEnd> {
    const exchange = await this.#exchange;
    const right = toBinary(SyncItemSchema, exchange.item);
    const sent = mutation.first?.(right, this.#random) ?? right;
    stream.send(sent);
    const answer = await stream.next();
    if (isEnd(answer)) return answer;
    const secrets = await secretsOf(exchange, answer, this.#random);
    const { current: cast } = this.#cast;
    const exchanged = { cast, random: this.#random, sent, answer, secrets, earlier: this.#earlier };
    stream.send(mutation.behind?.(exchanged) ?? rightRecord(exchanged));
    this.#earlier = { sent, record: rightRecord(exchanged), transcript: secrets.transcript };
    return stream.next();
  }
}

/** What the peer believes to share with the hub; where its key was altered on the way, that is nothing. */
async function secretsOf(exchange: KeyExchange, answer: Uint8Array, random: Random): Promise<SessionSecrets> {
  try {
    return await exchange.finish(fromBinary(SyncItemSchema, answer));
  } catch {
    return deriveSecrets(randomBytes(32, random), randomBytes(32, random), randomBytes(32, random));
  }
}

function isEnd(answer: Uint8Array | RawEnd): answer is RawEnd {
  return !(answer instanceof Uint8Array);
}
