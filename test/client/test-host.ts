import { once } from "node:events";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { ConnectError, HandlerContext } from "@connectrpc/connect";
import { BackrestSyncService, type SyncStreamItem, SyncStreamItemSchema } from "../../gen/v1sync/syncservice_pb.js";
import { generateEcdsaIdentity } from "../../src/dialect/identity.js";
import { writeHandshake } from "../../src/client/handshake.js";
import { H2Server } from "./h2-server.js";

type Action = Extract<SyncStreamItem["action"], { value: unknown }>;
type Values = { [A in Action as A["case"]]: A["value"] };
type AnyAction = { readonly case?: string | undefined; readonly value?: unknown };
export type ItemInit = MessageInitShape<typeof SyncStreamItemSchema>;

/** A host that does what a test says, on a real port. */
export class TestHost {
  readonly identity = generateEcdsaIdentity();
  readonly instanceId = "the-host";
  readonly #streams = new Mailbox<HostStream>();
  #server: H2Server | undefined;

  static async listen(options: { tls?: boolean } = {}): Promise<TestHost> {
    const host = new TestHost();
    host.#server = await H2Server.listen((router) => {
      router.rpc(BackrestSyncService.method.sync, (requests, context) => {
        const stream = new HostStream(host, requests, context);
        host.#streams.put(stream);
        return stream.run();
      });
    }, options);
    return host;
  }

  get server(): H2Server {
    if (this.#server === undefined) throw new Error("the host does not listen");
    return this.#server;
  }

  get url(): string {
    return this.server.url;
  }

  /** The next stream that a peer opens. */
  stream(): Promise<HostStream> {
    return this.#streams.take();
  }

  /** The next stream, once both have greeted. */
  async opened(): Promise<HostStream> {
    const stream = await this.stream();
    await stream.greet();
    return stream;
  }

  async close(): Promise<void> {
    await this.server.close();
  }
}

/** One stream, as the host sees it. */
export class HostStream {
  readonly signal: AbortSignal;
  /** Leaves the stream open when the peer has ended its side. */
  lingers = false;
  readonly #host: TestHost;
  readonly #received = new Mailbox<SyncStreamItem>();
  readonly #outbound: SyncStreamItem[] = [];
  #end: { readonly error: ConnectError | undefined } | undefined;
  #wake = () => {};
  #reading = true;
  #paused = false;

  constructor(host: TestHost, requests: AsyncIterable<SyncStreamItem>, context: HandlerContext) {
    this.#host = host;
    this.signal = context.signal;
    void this.#read(requests);
  }

  /** The next item of the peer. Rejects when the peer has ended its side. */
  next(): Promise<SyncStreamItem> {
    return this.#received.take();
  }

  /** The next item of the peer, which must be of this kind. */
  async nextOf<K extends keyof Values>(kind: K): Promise<Values[K]> {
    const action: AnyAction = (await this.next()).action;
    if (!isKind(action, kind)) throw new Error(`expected ${kind}, not ${action.case}`);
    return action.value;
  }

  /** Items that came and were not taken. */
  get unread(): number {
    return this.#received.size;
  }

  /** False once the peer has ended its side. */
  get reading(): boolean {
    return this.#reading;
  }

  send(...items: ItemInit[]): void {
    this.#outbound.push(...items.map((item) => create(SyncStreamItemSchema, item)));
    this.#wake();
  }

  handshake(timestampMs = Date.now()): SyncStreamItem {
    const { identity, instanceId } = this.#host;
    return writeHandshake({ identity, instanceId, capabilities: ["a-host"] }, timestampMs);
  }

  /** Takes the peer's handshake, answers it and takes the greeting. */
  async greet(): Promise<void> {
    await this.nextOf("handshake");
    this.send(this.handshake());
    await this.nextOf("receiveConfig");
    await this.nextOf("receiveResources");
  }

  /** Takes no further item out of the stream, so that its windows fill up. */
  pauseReading(): void {
    this.#paused = true;
  }

  /** Ends the stream; with OK when there is no error. */
  end(error?: ConnectError): void {
    this.#end ??= { error };
    this.#wake();
  }

  async gone(): Promise<void> {
    if (!this.signal.aborted) await once(this.signal, "abort");
  }

  async *run(): AsyncGenerator<SyncStreamItem> {
    this.signal.addEventListener("abort", () => this.#wake());
    while (!this.signal.aborted) {
      const item = this.#outbound.shift();
      if (item !== undefined) yield item;
      else if (this.#end?.error !== undefined) throw this.#end.error;
      else if (this.#end !== undefined) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  async #read(requests: AsyncIterable<SyncStreamItem>): Promise<void> {
    try {
      for await (const item of requests) {
        this.#received.put(item);
        if (this.#paused) await this.gone();
      }
      this.#received.fail(new Error("the peer ended its side"));
      if (!this.lingers) this.end();
    } catch (reason) {
      this.#received.fail(reason);
    } finally {
      this.#reading = false;
    }
  }
}

function isKind<K extends keyof Values>(action: AnyAction, kind: K): action is { case: K; value: Values[K] } {
  return action.case === kind;
}

/** What came, in order, for whoever waits for it. */
class Mailbox<T> {
  readonly #items: T[] = [];
  readonly #waiting: PromiseWithResolvers<T>[] = [];
  #failure: { readonly reason: unknown } | undefined;

  get size(): number {
    return this.#items.length;
  }

  put(item: T): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#items.push(item);
    else waiting.resolve(item);
  }

  fail(reason: unknown): void {
    this.#failure = { reason };
    for (const waiting of this.#waiting.splice(0)) waiting.reject(reason);
  }

  take(): Promise<T> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(item);
    if (this.#failure !== undefined) return Promise.reject(this.#failure.reason);
    const waiting = Promise.withResolvers<T>();
    this.#waiting.push(waiting);
    return waiting.promise;
  }
}
