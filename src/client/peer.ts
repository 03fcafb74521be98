import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Operation } from "../../gen/v1/operations_pb.js";
import type {
  RemoteConfigSchema,
  SyncStreamItem,
  SyncStreamItem_SyncActionReceiveResourcesSchema as ResourcesSchema,
  SyncStreamItem_SyncActionSetConfig as SetConfig,
  SyncStreamItemSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import { type EcdsaIdentity, generateEcdsaIdentity } from "../dialect/identity.js";
import type { KnownHost } from "./handshake.js";
import { History } from "./history.js";
import type { MachineSettings, SetConfigAnswer } from "./machine-settings.js";
import type { PeerLog, PeerView } from "./reaction.js";
import type { RetryGeneration } from "./retry-policy.js";
import { SeedSpeech } from "./seed-speech.js";
import { PeerSession, type SessionLimits, type SessionState } from "./session.js";
import type { PeerSpeech } from "./speech.js";
import { PeerConnection, type PeerConnectionOptions } from "./transport.js";

export interface PeerOptions<Item> extends PeerConnectionOptions, Partial<SessionLimits> {
  readonly instanceId: string;
  /** The only host that this peer talks to; every host by default. */
  readonly knownHost?: KnownHost;
  readonly history?: History;
  readonly resources?: MessageInitShape<typeof ResourcesSchema>;
  readonly config?: MessageInitShape<typeof RemoteConfigSchema>;
  /** Announced beyond Backrest's contract: `logs`, `throttle`. */
  readonly capabilities?: readonly string[];
  /** Which operations the host may see; by default those of the peer's own instance id. */
  readonly forwards?: (operation: Operation) => boolean;
  readonly readLog?: (logId: string) => PeerLog | undefined;
  readonly onItem?: (item: Item) => void | Promise<void>;
  /** Its own repos and plans: what of them its host sees becomes its configuration, and changes are made in them. */
  readonly settings?: MachineSettings;
  /** What becomes of a change of the configuration; without this and `settings` all are refused. */
  readonly onSetConfig?: (change: SetConfig) => SetConfigAnswer;
}

export interface SeedPeerOptions extends PeerOptions<SyncStreamItem> {
  /** A new one by default. */
  readonly identity?: EcdsaIdentity;
  /** The clock of handshakes, in Unix milliseconds. */
  readonly now?: () => number;
}

export interface DialOptions {
  /** Leaves the present connection open and dials on another, as a Backrest does after a change of its configuration. */
  readonly newConnection?: boolean;
  /** Sent in the place of the handshake; empty for a peer that says nothing. */
  readonly opening?: readonly SyncStreamItem[];
}

/** As upstream. */
const DEFAULT_LIMITS: Omit<SessionLimits, "sendQueue"> = { handshakeTimeoutMs: 15_000, heartbeatMs: 600_000 };
const RECEIVED_MAX = 1_000;

/** What a generation decides of a peer. */
interface Generation<Item, Init> {
  readonly name: RetryGeneration;
  /** What a session speaks, for each session anew. */
  readonly speech: () => PeerSpeech<Item, Init>;
  readonly configVersion: number;
  /** Items that may wait in the send queue. */
  readonly queueItems: number;
}

/**
 * A Backrest as its host sees it: it holds a history, dials, tells what changes and answers. What it ends by itself it
 * leaves open on the wire, as those do.
 */
export abstract class Peer<Item, Init> implements PeerView {
  readonly generation: RetryGeneration;
  readonly instanceId: string;
  readonly history: History;
  readonly capabilities: readonly string[];
  readonly forwards: (operation: Operation) => boolean;
  readonly readLog: (logId: string) => PeerLog | undefined;
  /** What it shows of its repos and plans from now on. */
  resources: MessageInitShape<typeof ResourcesSchema>;
  /** What it shows of its configuration from now on. */
  config: MessageInitShape<typeof RemoteConfigSchema>;
  readonly #options: PeerOptions<Item>;
  readonly #generation: Generation<Item, Init>;
  readonly #received: Item[] = [];
  readonly #connections = new Set<PeerConnection>();
  readonly #sessions = new Set<PeerSession<Item, Init>>();
  #connection: PeerConnection | undefined;
  #session: PeerSession<Item, Init> | undefined;

  constructor(options: PeerOptions<Item>, generation: Generation<Item, Init>) {
    this.#options = options;
    this.#generation = generation;
    this.generation = generation.name;
    this.instanceId = options.instanceId;
    this.history = options.history ?? new History({ instanceId: options.instanceId });
    this.capabilities = options.capabilities ?? [];
    this.forwards = options.forwards ?? ((operation) => operation.instanceId === this.instanceId);
    this.readLog = options.readLog ?? (() => undefined);
    this.resources = options.resources ?? options.settings?.listed() ?? {};
    this.config = options.config ?? options.settings?.shown() ?? { modno: 1, version: generation.configVersion };
  }

  /** The newest session. */
  get session(): PeerSession<Item, Init> | undefined {
    return this.#session;
  }

  get state(): SessionState | { readonly name: "idle" } {
    return this.#session?.state ?? { name: "idle" };
  }

  /** The last 1,000 items that hosts sent, oldest first. */
  get received(): readonly Item[] {
    return this.#received;
  }

  /** Begins a session; what becomes of it is in the session. */
  dial(options: DialOptions = {}): PeerSession<Item, Init> {
    if (this.#connection === undefined || options.newConnection === true) {
      this.#connection = new PeerConnection(this.#options);
      this.#connections.add(this.#connection);
    }
    const session = new PeerSession<Item, Init>({
      ...DEFAULT_LIMITS,
      sendQueue: { items: this.#generation.queueItems, patienceMs: 100 },
      ...pickLimits(this.#options),
      connection: this.#connection,
      speech: this.#generation.speech(),
      view: this,
      opening: options.opening,
      onItem: (item) => this.#onItem(item),
      onSetConfig: this.#options.onSetConfig ?? ((change) => this.#setConfig(change)),
    });
    this.#session = session;
    this.#sessions.add(session);
    void session.streamEnded.then(() => this.#sessions.delete(session));
    return session;
  }

  /**
   * Begins a session and waits until it is open.
   * @throws ConnectError why it did not open
   */
  async connect(options: DialOptions = {}): Promise<PeerSession<Item, Init>> {
    const session = this.dial(options);
    await session.opened;
    return session;
  }

  /** See {@link PeerSession.sendItem}. */
  async sendItem(item: Init): Promise<boolean> {
    return (await this.#session?.sendItem(item)) ?? false;
  }

  /** See {@link PeerSession.sendBytes}. */
  async sendBytes(bytes: Uint8Array): Promise<boolean> {
    return (await this.#session?.sendBytes(bytes)) ?? false;
  }

  /** See {@link PeerSession.giveUp}. */
  giveUp(message = "given up"): void {
    this.#session?.giveUp(message);
  }

  /** Stops like a process that is stopped: connections stay open, unread and unwritten. Needs the option `freezable`. */
  freeze(): void {
    for (const connection of this.#connections) connection.freeze();
  }

  thaw(): void {
    for (const connection of this.#connections) connection.thaw();
  }

  /** Ends its sessions in peace and closes its connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.close()));
    for (const connection of this.#connections) connection.close();
    this.#forgetConnections();
  }

  /** Cuts its connections without a word, as the end of its process does. */
  kill(): void {
    for (const session of this.#sessions) session.cut();
    for (const connection of this.#connections) connection.kill();
    this.#forgetConnections();
  }

  /** Its process ends and begins anew, with what its database holds; it does not dial by itself. */
  restart(): void {
    this.kill();
    this.history.restart();
  }

  #setConfig(change: SetConfig): SetConfigAnswer {
    const { settings } = this.#options;
    if (settings === undefined) return "refused";
    const answer = settings.set(change);
    this.config = settings.shown();
    this.resources = settings.listed();
    return answer;
  }

  #forgetConnections(): void {
    this.#connections.clear();
    this.#connection = undefined;
  }

  async #onItem(item: Item): Promise<void> {
    this.#received.push(item);
    if (this.#received.length > RECEIVED_MAX) this.#received.shift();
    await this.#options.onItem?.(item);
  }
}

/** A Backrest of the seed generation, v1.11 to v1.12. */
export class SeedPeer extends Peer<SyncStreamItem, MessageInitShape<typeof SyncStreamItemSchema>> {
  readonly identity: EcdsaIdentity;

  constructor(options: SeedPeerOptions) {
    super(options, {
      name: "seed",
      speech: () => new SeedSpeech(this, options.knownHost, options.now ?? Date.now),
      configVersion: 4,
      queueItems: 64,
    });
    this.identity = options.identity ?? generateEcdsaIdentity();
  }
}

function pickLimits({ handshakeTimeoutMs, heartbeatMs, sendQueue }: Partial<SessionLimits>): Partial<SessionLimits> {
  return {
    ...(handshakeTimeoutMs === undefined ? {} : { handshakeTimeoutMs }),
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
    ...(sendQueue === undefined ? {} : { sendQueue }),
  };
}
