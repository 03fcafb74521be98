import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import type { OperationEvent } from "../../gen/v1/operations_pb.js";
import {
  BackrestSyncService,
  type SyncStreamItem,
  type SyncStreamItem_SyncActionSetConfig as SetConfig,
  SyncStreamItemSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import { type HostHello, type KnownHost, type OwnHandshake, readHostHandshake, writeHandshake } from "./handshake.js";
import { rawItem } from "./raw-item.js";
import { greeting, liveItem, type PeerView, reactTo } from "./reaction.js";
import { SendQueue, type SendQueueLimits } from "./send-queue.js";
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

export interface SessionParts extends SessionLimits {
  readonly connection: PeerConnection;
  readonly own: OwnHandshake;
  /** Undefined accepts every host. */
  readonly knownHost: KnownHost | undefined;
  readonly view: PeerView;
  readonly now: () => number;
  /** Sent in the place of the handshake; empty for a peer that says nothing. */
  readonly opening: readonly SyncStreamItem[] | undefined;
  /** Sees every item before it is answered; the answer waits for it. */
  readonly onItem: (item: SyncStreamItem) => void | Promise<void>;
  /** Whether a change of the configuration is granted. */
  readonly onSetConfig: (change: SetConfig) => boolean;
}

/** Time for a host to end its side after the peer has ended its own. */
const CLOSE_TIMEOUT_MS = 1_000;

/** One session of a seed peer: one stream, from the handshake to its end. */
export class PeerSession {
  /** Resolves when the host's handshake is accepted; rejects with a ConnectError when the session ends before. */
  readonly opened: Promise<HostHello>;
  /** Resolves when the session has ended for the peer. Never rejects. */
  readonly ended: Promise<SessionEnd>;
  /** Resolves when the host has ended the stream, which may be long after the session. Never rejects. */
  readonly streamEnded: Promise<void>;
  readonly #parts: SessionParts;
  readonly #queue: SendQueue<SyncStreamItem>;
  readonly #abort = new AbortController();
  readonly #opened = Promise.withResolvers<HostHello>();
  readonly #ended = Promise.withResolvers<SessionEnd>();
  #state: SessionState = { name: "opening" };
  #timer: NodeJS.Timeout;
  #unsubscribe = () => {};

  constructor(parts: SessionParts) {
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
    for (const item of parts.opening ?? [writeHandshake(parts.own, parts.now())]) void this.#send(item);
    this.streamEnded = this.#read();
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Sends an item as it is. Resolves to false when it was not taken: the session has ended, or its queue is full. */
  sendItem(item: MessageInitShape<typeof SyncStreamItemSchema>): Promise<boolean> {
    return this.#queue.push(create(SyncStreamItemSchema, item));
  }

  /** Sends bytes in the place of an item; see {@link rawItem}. */
  sendBytes(bytes: Uint8Array): Promise<boolean> {
    return this.#queue.push(rawItem(bytes));
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
      for await (const item of client.sync(this.#queue, { signal: this.#abort.signal })) {
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

  async #receive(item: SyncStreamItem): Promise<void> {
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

  #open(item: SyncStreamItem): void {
    const { view, now, knownHost, heartbeatMs } = this.#parts;
    if (item.action.case !== "handshake") {
      this.giveUp(`the host sent ${item.action.case ?? "an empty item"} before its handshake`, Code.PermissionDenied);
      return;
    }
    let host: HostHello;
    try {
      host = readHostHandshake(item.action.value, knownHost, now());
    } catch (reason) {
      const { code, rawMessage } = ConnectError.from(reason);
      this.giveUp(rawMessage, code);
      return;
    }
    this.#state = { name: "open", host };
    clearTimeout(this.#timer);
    this.#timer = setInterval(() => void this.#send(HEARTBEAT), heartbeatMs);
    for (const each of greeting(view)) void this.#send(each);
    this.#unsubscribe = view.history.subscribe((event) => this.#tell(event));
    this.#opened.resolve(host);
  }

  async #react(item: SyncStreamItem): Promise<void> {
    const reaction = reactTo(item, this.#parts.view);
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
        if (this.#parts.onSetConfig(reaction.change)) {
          this.#leave({ cause: "configured", code: undefined, message: "the configuration has changed" });
        } else {
          this.giveUp("the host changed what it is not granted to change", Code.PermissionDenied);
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
    const item = liveItem(this.#parts.view, event);
    if (item !== undefined) void this.#send(item);
  }

  async #send(item: SyncStreamItem): Promise<boolean> {
    const taken = await this.#queue.push(item);
    if (!taken) this.giveUp("the host reads too slowly: the send queue is full", Code.ResourceExhausted);
    return taken;
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

const HEARTBEAT = create(SyncStreamItemSchema, { action: { case: "heartbeat", value: {} } });
