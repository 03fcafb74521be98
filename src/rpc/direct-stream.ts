import { type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { kConnection } from "../request-context.js";
import { rawMessage, takesJson } from "./raw-message.js";
import { stallTimer } from "./watch.js";

/** Larger messages go Connect's way, which hands them to the transport in pieces. */
const MOST_BYTES = 64 * 1024;
/** Flags and the length. */
const ENVELOPE_HEADER_BYTES = 5;

export interface DirectStreamOptions<Item extends object, Desc extends DescMessage> {
  readonly schema: Desc;
  /** An item as a message, for the first one, and for clients that take JSON. */
  readonly message: (item: Item, json: boolean) => MessageShape<Desc>;
  /** The item's bytes where they are known already. */
  readonly bytes?: (item: Item) => Uint8Array;
  readonly stallTimeoutMs: number;
}

/**
 * The same items for many readers: each is encoded once, and goes straight to each reader's transport. The first one
 * goes through Connect, which sends the headers with it; its chain of generators costs 25 µs a message, and a hundred
 * readers of 200 changes a second would keep half a core busy with it. Envelopes are the same in all three protocols.
 */
export class DirectStream<Item extends object, Desc extends DescMessage> {
  readonly #options: DirectStreamOptions<Item, Desc>;
  readonly #envelopes = new WeakMap<Item, Uint8Array>();

  constructor(options: DirectStreamOptions<Item, Desc>) {
    this.#options = options;
  }

  /** Passes the items on, and cuts the caller when it has not taken one for the time that is set. */
  async *pass(source: AsyncIterable<Item>, context: HandlerContext): AsyncGenerator<MessageShape<Desc>> {
    const { message, stallTimeoutMs } = this.#options;
    const connection = context.values.get(kConnection);
    const json = takesJson(context.requestHeader);
    let first = true;
    for await (const item of source) {
      const envelope = first || json || connection === undefined ? undefined : this.#envelope(item);
      first = false;
      if (envelope === undefined || envelope.byteLength > MOST_BYTES) {
        using _ = stallTimer(connection, stallTimeoutMs);
        yield envelope === undefined ? message(item, json) : this.#encoded(envelope);
        continue;
      }
      const room = connection?.send(envelope);
      if (room === undefined) continue;
      using _ = stallTimer(connection, stallTimeoutMs);
      await room;
    }
  }

  /** What is in an envelope, for Connect, without making it again. */
  #encoded(envelope: Uint8Array): MessageShape<Desc> {
    return rawMessage(this.#options.schema, envelope.subarray(ENVELOPE_HEADER_BYTES), false);
  }

  #envelope(item: Item): Uint8Array {
    const known = this.#envelopes.get(item);
    if (known !== undefined) return known;
    const { schema, message, bytes } = this.#options;
    const made = encodeEnvelope(0, bytes === undefined ? toBinary(schema, message(item, false)) : bytes(item));
    this.#envelopes.set(item, made);
    return made;
  }
}
