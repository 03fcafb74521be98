import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import type { OperationEvent } from "../../gen/v1/operations_pb.js";
import {
  BackrestSyncService,
  type SyncStreamItem,
  type SyncStreamItem_SyncActionSetConfig as SetConfig,
  type SyncStreamItemSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import type { HostHello } from "./handshake.js";
import type { SetConfigAnswer } from "./machine-settings.js";
import type { PeerView } from "./reaction.js";
import { SendQueue, type SendQueueLimits } from "./send-queue.js";
import type { PeerSpeech } from "./speech.js";
import type { PeerConnection } from "./transport.js";

/** Why a session ended for the peer. */
export interface SessionEnd {
  /**
   * `host`: the host, or the network, ended the stream. `gave-up`: the peer did, and left the stream open.
   * `configured`: it accepted a change of its configuration, after which a Backrest dials anew; the stream is left open.
   * `closed`: its owner said so.
   */
  readonly cause: "host" | "gave-up" | "configured" | "closed";
  /** Undefined where nothing failed; also when the host ended the stream with OK. */
  readonly code: Code | undefined;
  readonly message: string;
}

export type SessionState =
  | { readonly name: "opening" }
  | { readonly name: "open"; readonly host: HostHello }
  | { readonly name: "ended"; readonly end: SessionEnd };

export interface SessionLimits {
  readonly handshakeTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly sendQueue: SendQueueLimits;
}

export interface SessionParts<Item = SyncStreamItem, Init = SeedInit> extends SessionLimits {
  readonly connection: PeerConnection;
  readonly speech: PeerSpeech<Item, Init>;
  readonly view: PeerView;
  /** Sent in the place of what the speech begins with; empty for a peer that says nothing. */
  readonly opening: readonly SyncStreamItem[] | undefined;
  /** Sees every item before it is answered; the answer waits for it. */
  readonly onItem: (item: Item) => void | Promise<void>;
  /** Takes a change of the configuration, or refuses it. */
  readonly onSetConfig: (change: SetConfig) => SetConfigAnswer;
}

/** Time for a host to end its side after the peer has ended its own. */
const CLOSE_TIMEOUT_MS = 1_000;

type SeedInit = MessageInitShape<typeof SyncStreamItemSchema>;

/** One session of a peer: one stream, from the handshake to its end. */
export class PeerSession<Item = SyncStreamItem, Init = SeedInit> {
  /** Resolves when the host's handshake is accepted; rejects with a ConnectError when the session ends before. */
  readonly opened: Promise<HostHello>;
  /** Resolves when the session has ended for the peer. Never rejects. */
  readonly ended: Promise<SessionEnd>;
  /** Resolves when the host has ended the stream, which may be long after the session. Never rejects. */
  readonly streamEnded: Promise<void>;
  readonly #parts: SessionParts<Item, Init>;
  /** Each is made when it goes out. */
  readonly #queue: SendQueue<() => SyncStreamItem>;
  readonly #abort = new AbortController();
  readonly #opened = Promise.withResolvers<HostHello>();
  readonly #ended = Promise.withResolvers<SessionEnd>();
  #state: SessionState = { name: "opening" };
  #timer: NodeJS.Timeout;
  #unsubscribe = () => {};

  constructor(parts: SessionParts<Item, Init>) {
    this.#parts = parts;
    this.#queue = new SendQueue(parts.sendQueue);
    this.opened = this.#opened.promise;
    this.ended = this.#ended.promise;
    // Who does not wait for the opening learns of its failure from `ended`.
    this.opened.catch(() => {});
    this.#timer = setTimeout(
      () => this.giveUp("the host sent no handshake in time", Code.PermissionDenied),
      parts.handshakeTimeoutMs,
    );
    this.#begin(parts.opening ?? parts.speech.first);
    this.streamEnded = this.#read();
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Sends an item as it is. Resolves to false when it was not taken: the session has ended, or its queue is full. */
  sendItem(init: Init): Promise<boolean> {
    const { speech } = this.#parts;
    const item = speech.create(init);
    return this.#queue.push(() => speech.seal(item));
  }

  /** Sends bytes in the place of an item. */
  sendBytes(bytes: Uint8Array): Promise<boolean> {
    return this.#queue.push(() => this.#parts.speech.sealBytes(bytes));
  }

  /**
   * Ends the session as a Backrest gives one up: nothing is answered or sent any more, what comes is thrown away, the
   * stream stays open and pings are answered.
   */
  giveUp(message: string, code?: Code): void {
    this.#leave({ cause: "gave-up", code, message });
  }

  /** Ends the session and its stream: what is queued still goes out. Resolves when the stream is gone. */
  async close(): Promise<void> {
    const left = this.#state.name === "ended";
    this.#end({ cause: "closed", code: undefined, message: "closed" });
    this.#queue.end();
    const timer = setTimeout(() => this.#abort.abort(), left ? 0 : CLOSE_TIMEOUT_MS);
    await this.streamEnded;
    clearTimeout(timer);
  }

  /** Marks the session as ended because its connection is about to be cut. */
  cut(): void {
    this.#leave({ cause: "closed", code: undefined, message: "cut" });
  }

  async #read(): Promise<void> {
    const client = createClient(BackrestSyncService, this.#parts.connection.transport);
    try {
      for await (const item of client.sync(asTheyGo(this.#queue), { signal: this.#abort.signal })) {
        if (this.#state.name !== "ended") await this.#receive(item);
      }
      this.#end({ cause: "host", code: undefined, message: "the host ended the stream without a reason" });
    } catch (reason) {
      const { code, rawMessage } = ConnectError.from(reason);
      this.#end({ cause: "host", code, message: rawMessage });
    } finally {
      this.#queue.cancel();
    }
  }

  #begin(first: PeerSpeech<Item, Init>["first"]): void {
    if (!("then" in first)) {
      for (const item of first) void this.#push(() => item);
      return;
    }
    first.then(
      (items) => this.#begin(items),
      (reason: unknown) => this.#giveUpFor(reason),
    );
  }

  async #receive(came: SyncStreamItem): Promise<void> {
    let item: Item | undefined;
    try {
      item = await this.#parts.speech.read(came, (own) => void this.#send(own));
    } catch (reason) {
      this.#giveUpFor(reason);
    }
    if (item === undefined) return;
    await this.#parts.onItem(item);
    switch (this.#state.name) {
      case "opening":
        return this.#open(item);
      case "open":
        return this.#react(item);
      case "ended":
        return undefined;
    }
  }

  #open(item: Item): void {
    const { view, speech, heartbeatMs } = this.#parts;
    let host: HostHello;
    try {
      host = speech.accept(item);
    } catch (reason) {
      this.#giveUpFor(reason);
      return;
    }
    this.#state = { name: "open", host };
    clearTimeout(this.#timer);
    this.#timer = setInterval(() => void this.#send(speech.heartbeat), heartbeatMs);
    for (const each of speech.greeting(view)) void this.#send(each);
    this.#unsubscribe = view.history.subscribe((event) => this.#tell(event));
    this.#opened.resolve(host);
  }

  async #react(item: Item): Promise<void> {
    const reaction = this.#parts.speech.react(item, this.#parts.view);
    switch (reaction.do) {
      case "send":
        for (const each of reaction.items) {
          if (!(await this.#send(each))) return;
        }
        break;
      case "pause":
        this.#queue.pause(reaction.ms);
        break;
      case "configure":
        switch (this.#parts.onSetConfig(reaction.change)) {
          case "changed":
            this.#leave({ cause: "configured", code: undefined, message: "the configuration has changed" });
            break;
          case "refused":
            this.giveUp("the host changed what it is not granted to change", Code.PermissionDenied);
            break;
          case "unchanged":
            break;
        }
        break;
      case "give-up":
        this.giveUp(reaction.message, reaction.code);
        break;
      case "nothing":
        break;
    }
  }

  #tell(event: OperationEvent): void {
    const item = this.#parts.speech.live(this.#parts.view, event);
    if (item !== undefined) void this.#send(item);
  }

  #send(item: Item): Promise<boolean> {
    return this.#push(() => this.#parts.speech.seal(item));
  }

  async #push(item: () => SyncStreamItem): Promise<boolean> {
    const taken = await this.#queue.push(item);
    if (!taken) this.giveUp("the host reads too slowly: the send queue is full", Code.ResourceExhausted);
    return taken;
  }

  #giveUpFor(reason: unknown): void {
    const { code, rawMessage } = ConnectError.from(reason);
    this.giveUp(rawMessage, code);
  }

  #leave(end: SessionEnd): void {
    if (this.#state.name === "ended") return;
    this.#queue.park();
    this.#end(end);
  }

  #end(end: SessionEnd): void {
    if (this.#state.name === "ended") return;
    this.#state = { name: "ended", end };
    clearTimeout(this.#timer);
    this.#unsubscribe();
    this.#opened.reject(new ConnectError(end.message, end.code ?? Code.Canceled));
    this.#ended.resolve(end);
  }
}

/** The items of a queue, each made when it is taken. Not a generator: one that waits cannot be stopped. */
function asTheyGo(queue: SendQueue<() => SyncStreamItem>): AsyncIterable<SyncStreamItem> {
  return {
    [Symbol.asyncIterator]: () => {
      const items = queue[Symbol.asyncIterator]();
      return {
        next: async () => {
          const result = await items.next();
          return result.done === true ? result : { done: false, value: result.value() };
        },
        return: async () => {
          await items.return?.();
          return { done: true, value: undefined };
        },
        throw: async () => {
          await items.throw?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
