import { fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Logger } from "pino";
import { ConnectionState, RemoteConfigSchema } from "../gen/v1sync/syncservice_pb.js";
import { openAccess } from "./access/access.js";
import { plainCheck } from "./access/plain-check.js";
import { maskRemoteConfig } from "./access/mask.js";
import { restoreMasked } from "./access/restore.js";
import { createSealer } from "./access/sealing.js";
import type { HubConfig } from "./config.js";
import { PeerAdmission } from "./connections/admission.js";
import { PeerBoard } from "./connections/board.js";
import { FleetBoard } from "./connections/fleet-board.js";
import { GuessLimit } from "./connections/guess-limit.js";
import { KeyExchangeTurns } from "./connections/key-exchange-turns.js";
import { TURN_LIMITS } from "./connections/turn-limits.js";
import { KnockList } from "./connections/knocks.js";
import { Pairing, type Paired } from "./connections/pairing.js";
import { Alternation } from "./connections/alternation.js";
import { currentKey, PeerStatus } from "./connections/peer-status.js";
import { Peers } from "./connections/peers.js";
import { portRefusalCause } from "./connections/port-refusal.js";
import { Refusals } from "./connections/refusals.js";
import { sessionRefusal } from "./connections/session-refusal.js";
import { EphemeralKeys } from "./dialect/current/ephemeral-keys.js";
import { signEcdsa } from "./dialect/identity.js";
import { FirstItemOpening, type OpeningTurn } from "./dialect/opening.js";
import { SeedDialect } from "./dialect/seed.js";
import { HubError } from "./errors.js";
import { HistoryClearing } from "./history/clearing.js";
import { Dashboard } from "./history/dashboard.js";
import { OperationFeed } from "./history/feed.js";
import { IngestPipeline } from "./history/pipeline.js";
import { plainRoutes } from "./http/plain-routes.js";
import { createPort } from "./http/port.js";
import { PushDesk } from "./pushes/push-desk.js";
import { SharedRepos } from "./pushes/shared-repos.js";
import { Sharing } from "./pushes/sharing.js";
import { Vault } from "./pushes/vault.js";
import type { DataDirectory } from "./identity/data-directory.js";
import { boundedLoggers } from "./logging.js";
import { fleetRows } from "./metrics/fleet-rows.js";
import { IngestMeter } from "./metrics/ingest-meter.js";
import { metricsOf } from "./metrics/lazy.js";
import { AnswerBudget } from "./rpc/answer-budget.js";
import { Readiness } from "./rpc/readiness.js";
import { hubRoutes } from "./rpc/routes.js";
import { FullPasses } from "./session/full-passes.js";
import { LogDesk } from "./session/log-desk.js";
import { SessionRegistry } from "./session/registry.js";
import type { SessionEnd } from "./session/machine.js";
import { Session, type SessionView } from "./session/session.js";
import { storeSize } from "./metrics/store-size.js";
import { openStore } from "./store/open.js";
import type { Store } from "./store/store.js";

export interface HubOptions {
  readonly config: HubConfig;
  /** Held by this process; who opened it closes it, after the hub. */
  readonly directory: DataDirectory;
  readonly logger: Logger;
  readonly version: string;
  /** An open store in place of the one in the directory; the hub closes it, also when it does not start. */
  readonly store?: Store;
  /** Called once when the hub can no longer work and the process must end. */
  readonly onFailure?: (error: HubError) => void;
}

export interface Hub {
  /** Where it listens, as a URL for people. */
  readonly url: string;
  readonly port: number;
  /** Tells every session and reader why it ends, stores what was received, and closes. May be called twice. */
  close(): Promise<void>;
}

/** Every address of this machine, of both families. */
const EVERY_ADDRESS = "::";
/** The longest that one pass over a peer's history may take. */
const PASS_TIMEOUT_MS = 3_600_000;
/** How long full queues are waited for before a session ends. */
const QUEUE_FULL_TIMEOUT_MS = 1_000;
/** Addresses whose log lines are counted apart. */
const MAX_CALLER_LOGS = 1_024;
/** How long a reader of a log waits for its machine. */
const LOG_READER_WAIT_MS = 60_000;
/** How long a machine that goes on after a push is waited for: one that took a change begins a new session at once. */
const PUSH_CONFIRM_MS = 20_000;
/** Key exchanges that come at once after a restart find half of their work done. */
const EPHEMERAL_KEYS_AHEAD = 64;
/** What live operations may take in memory while readers catch up: about 100,000 whole, and ids of 4,000,000. */
const FEED_LIMITS = { wholeBytes: 64 << 20, thinBytes: 32 << 20 };

/**
 * Builds and starts a hub.
 * @throws HubError when its address, its certificate or its database cannot be used
 */
export async function startHub(options: HubOptions): Promise<Hub> {
  const { directory, logger } = options;
  const store =
    options.store ??
    (await openStore({ file: directory.paths.database, onFailure: (error) => options.onFailure?.(error) }));
  try {
    return await startWithStore(options, store);
  } catch (reason) {
    await store.close().catch((error: unknown) => logger.error({ err: error }, "could not close the store"));
    throw reason;
  }
}

async function startWithStore(options: HubOptions, store: Store): Promise<Hub> {
  const { config, directory, logger, version } = options;
  const { limits } = config;
  const { identity } = directory;
  const clock = () => performance.timeOrigin + performance.now();
  const own = { instanceId: identity.instanceId, keyids: [identity.ecdsa.keyid, identity.ed25519.keyid] };

  const callerLogs = boundedLoggers(logger, {
    maxBytesPerMinute: limits.logMaxBytesPerMinute,
    max: MAX_CALLER_LOGS,
    name: "address",
  });
  const sealer = createSealer(directory.sealingKey);
  const board = new PeerBoard();
  const knocks = new KnockList(limits.maxKnocks);
  const refusals = new Refusals({ store, logger, now: Date.now });
  await refusals.load();
  const alternation = new Alternation();
  const registry = new SessionRegistry<Session>((peerId, older, newer) => {
    if (!alternation.displaced(peerId, older.address, newer.address, clock())) return;
    refusals.note({ ...newer.view(), cause: "key-shared", message: `its other address is ${older.address}` });
  });
  const feed = new OperationFeed(store, FEED_LIMITS);
  const ingest = new IngestMeter();
  const fleet = new FleetBoard({ store, logger, now: Date.now });
  const pipeline = new IngestPipeline(
    store,
    feed,
    { ...limits, queueFullTimeoutMs: QUEUE_FULL_TIMEOUT_MS },
    {
      onStored: (outcome, tookMs) => ingest.stored(outcome, tookMs, clock()),
      onBackupsChanged: (peerId) => fleet.backupsChanged(peerId),
    },
  );
  const logs = new LogDesk({ store, logger, now: Date.now, readerWaitMs: LOG_READER_WAIT_MS });
  const status = new PeerStatus({
    store,
    board,
    logger,
    now: Date.now,
    mask: maskRemoteConfig,
    seal: (remoteConfig) => sealer.seal(toBinary(RemoteConfigSchema, remoteConfig)),
    unseal: (sealed) => fromBinary(RemoteConfigSchema, sealer.open(sealed)),
    follower: fleet,
  });
  await fleet.begin();
  await status.load();
  const fullPasses = new FullPasses(limits.fullPassIntervalMs, limits.fullPassBelow);
  const peers = new Peers({ store, knocks, board, status, sessions: registry, fullPasses, own, now: Date.now });
  const access = await openAccess({
    store,
    sealer,
    adminToken: directory.adminToken,
    singleSignOn: {
      proxies: config.ssoProxies,
      userHeader: config.ssoUserHeader,
      groupsHeader: config.ssoGroupsHeader,
      roles: config.ssoRoles,
    },
    tries: new GuessLimit(),
    logger,
    now: Date.now,
    monotonicMs: clock,
  });
  const pairing = new Pairing({
    store,
    guesses: new GuessLimit(),
    own: { instanceId: identity.instanceId, keyid: identity.ed25519.keyid },
    now: Date.now,
    monotonicMs: clock,
    onPaired: ({ kind, peer }: Paired) => {
      registry.readmit(peer.id);
      if (kind === "replaced") registry.rekeyed(peer.id);
      knocks.forget(currentKey(peer).keyid);
      if (kind === "replaced") status.rekeyed(peer);
      else status.added(peer);
    },
  });
  const turns = new KeyExchangeTurns({
    ...TURN_LIMITS,
    perAddress: config.limits.maxKeyExchangesPerAddress,
    inAll: config.limits.maxKeyExchanges,
  });
  const admission = new PeerAdmission({
    store,
    knocks,
    pairing,
    onWrongSecret: (address) => turns.failed(address),
    own,
    allowsClearText: (address) => config.allowClearTextPeers.contains(address),
    onKnock: (knock, dropped) => status.knocked(knock, dropped),
    isConnected: (peerId) => registry.isConnected(peerId),
    now: Date.now,
  });
  const keys = new EphemeralKeys(EPHEMERAL_KEYS_AHEAD);
  const seed = new SeedDialect({
    instanceId: identity.instanceId,
    ecdsa: {
      keyid: identity.ecdsa.keyid,
      ed25519pub: identity.ecdsa.ed25519pub,
      sign: (payload) => signEcdsa(identity.ecdsa, payload),
    },
  });
  const current = {
    instanceId: identity.instanceId,
    ed25519: identity.ed25519,
  };
  const pushing = {
    store,
    vault: new Vault(sealer),
    logger,
    now: Date.now,
    hubInstanceId: identity.instanceId,
    restore: restoreMasked,
    confirmMs: PUSH_CONFIRM_MS,
  };
  const sharedRepos = new SharedRepos(pushing);
  await sharedRepos.load();
  const pushes = new PushDesk({ ...pushing, sharedRepos });
  const sharing = new Sharing({ ...pushing, sharedRepos, desk: pushes });
  const sessionParts = {
    opening: (turn: OpeningTurn) => new FirstItemOpening({ seed, current, keys }, turn),
    turns,
    admission,
    observer: status,
    registry,
    pipeline,
    logs,
    pushes,
    fullPasses,
    onEnded: (session: SessionView, reason: SessionEnd) => {
      const note = sessionRefusal({ ...session, reason });
      if (note !== undefined) refusals.note(note);
    },
    loggerFor: (address: string) => callerLogs.of(address),
    now: clock,
    wallClock: Date.now,
    limits: { ...limits, openingTimeoutMs: limits.requestTimeoutMs, passTimeoutMs: PASS_TIMEOUT_MS },
  };
  const heardMs = (peerId: number) => {
    const at = registry.heardMs(peerId);
    return at === undefined ? undefined : Math.round(Date.now() - (clock() - at));
  };
  const readiness = new Readiness({
    probe: () => store.probe(),
    accepts: () => pipeline.queuedBytes < limits.totalQueueMaxBytes,
    logger,
  });
  const streams = { keepAliveMs: limits.heartbeatIntervalMs, stallTimeoutMs: limits.watcherStallTimeoutMs };
  const shutdown = new AbortController();
  const metrics = metricsOf({
    version,
    startedMs: Date.now(),
    ready: () => readiness.ready(),
    store: () => storeSize(store, directory.paths.database),
    instances: () =>
      board
        .list()
        .filter(({ peerKeyid }) => !status.isStranger(peerKeyid))
        .map(({ peerInstanceId: instance, state }) => ({ instance, connected: state === ConnectionState.CONNECTED })),
    fleet: () => fleetRows(fleet.snapshot()),
    ingest,
    refusals: () => refusals.counts,
    levels: () => ({
      sessions: registry.connected,
      sessionsOpening: registry.open - registry.connected,
      connections: port.connections,
      keyExchangesWaiting: turns.waiting,
      ingestQueueBytes: pipeline.queuedBytes,
      ingestQueueMaxBytes: limits.totalQueueMaxBytes,
      stateWatchers: board.watchers,
      operationWatchers: feed.watchers,
    }),
  });
  let url = "";
  const port = createPort({
    host: config.listen.host ?? EVERY_ADDRESS,
    port: config.listen.port,
    tls: certificateFiles(config),
    requireTls: config.requireTls,
    allowOrigins: config.allowOrigin,
    trustedProxies: config.trustedProxies.texts,
    allowClearTextClients: config.allowClearTextClients.texts,
    limits: portLimits(config),
    logger,
    callerLogs,
    shutdownSignal: shutdown.signal,
    requestGate: access.gate,
    interceptors: access.interceptors,
    plainRoutes: plainRoutes(readiness, version, {
      scrape: metrics,
      refusal: config.metricsOpen ? () => undefined : plainCheck(access, "/metrics", "viewer"),
    }),
    onRefused: ({ reason, meantHttps = false, ...where }) => {
      const cause = portRefusalCause(reason, meantHttps);
      if (cause !== undefined) refusals.note({ ...where, cause });
    },
    routes: hubRoutes({
      sync: { session: (requests, connection, signal) => new Session(sessionParts, connection).run(requests, signal) },
      syncState: { board, desk: pushes, ...streams },
      backrest: {
        store,
        answers: new AnswerBudget(),
        config: {
          store,
          pairing,
          login: { userNames: () => access.accounts.listUsers().map(({ name }) => name) },
          instanceId: identity.instanceId,
          identity: identity.ed25519,
        },
        dashboard: new Dashboard({ store, logger, now: Date.now }),
        paths: { configPath: directory.paths.directory, dataPath: directory.paths.database },
        clearing: new HistoryClearing({ store, feed, now: Date.now }),
        feed,
        logs,
        pairing,
        ...streams,
      },
      peers: { peers, knocks, board, heardMs },
      pairing: { pairing, now: Date.now },
      pushes: { store, desk: pushes, sharing, sharedRepos, hubInstanceId: identity.instanceId },
      connections: {
        sessions: () => registry.list().map((session) => session.view()),
        opening: () => registry.open - registry.connected,
        isConnected: (keyid) => board.get(keyid)?.state === ConnectionState.CONNECTED,
        refusals,
        ...streams,
      },
      access: { ...access, store, now: Date.now },
      fleet: { fleet, store, now: Date.now, ...streams },
      hub: {
        store,
        identity: {
          instanceId: identity.instanceId,
          ecdsaKeyid: identity.ecdsa.keyid,
          ed25519Keyid: identity.ed25519.keyid,
        },
        version,
        startedMs: Date.now(),
        listenAddresses: () => [url],
        connected: () => registry.connected,
      },
      health: readiness,
    }),
  });
  const release = () => {
    readiness.stop();
    status.close();
    fleet.close();
    logs.close();
    turns.close();
    keys.close();
    callerLogs.close();
  };
  await readiness.start();
  const address = await port.start().catch((reason: unknown) => {
    release();
    throw reason;
  });
  logs.start();
  pushes.start();
  url = urlOf(config, address.port);

  let closed: Promise<void> | undefined;
  const close = async () => {
    const stopping = new HubError("unavailable", "the hub is stopping; connect again in a moment");
    readiness.stop();
    registry.closeAll({ cause: "draining", error: stopping });
    board.stop(stopping);
    refusals.stop(stopping);
    fleet.stop(stopping);
    feed.stop(stopping);
    await port.drain(limits.shutdownGraceMs / 2);
    shutdown.abort(stopping.toConnectError());
    await port.close();
    // A database that is locked or a disk that hangs must not keep the hub from ending: peers send again what is lost.
    await atMost(limits.shutdownGraceMs, pipeline.drain());
    await atMost(limits.shutdownGraceMs, access.close());
    await atMost(limits.shutdownGraceMs, pushes.close());
    release();
    await atMost(limits.shutdownGraceMs, refusals.close());
    await atMost(limits.shutdownGraceMs, store.close());
  };
  return {
    url,
    port: address.port,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

/** Waits for work, but no longer than this; fails when the work does. */
async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([work, enough]);
  } finally {
    clearTimeout(timer);
  }
}

function certificateFiles({ tlsCert, tlsKey }: HubConfig): { certFile: string; keyFile: string } | undefined {
  return tlsCert === undefined || tlsKey === undefined ? undefined : { certFile: tlsCert, keyFile: tlsKey };
}

function portLimits({ limits }: HubConfig): NonNullable<Parameters<typeof createPort>[0]["limits"]> {
  return {
    sniffMs: limits.firstBytesTimeoutMs,
    firstRequestMs: limits.requestTimeoutMs,
    unknownBodyMs: limits.requestTimeoutMs,
    unknownBodyBytes: limits.openingMaxBytes,
    messageBytes: limits.messageMaxBytes,
    unreadResponseMs: limits.watcherStallTimeoutMs,
    connectionsPerAddress: limits.maxConnectionsPerAddress,
    connections: limits.maxConnections,
    idleMs: limits.idleTimeoutMs,
    windowMs: limits.floodWindowMs,
    resetStreams: limits.maxPeerResets,
    unknownRequests: limits.maxUnauthenticatedStreams,
    idleBytes: limits.maxIdleBytes,
    concurrentStreams: limits.maxStreamsPerConnection,
    sessionMemoryMb: Math.ceil(limits.connectionMemoryBytes / (1 << 20)),
    headerBytes: limits.headerMaxBytes,
    resetBurst: limits.resetBurst,
    resetRate: limits.resetRate,
    invalidFrames: limits.maxInvalidFrames,
    rejectedStreams: limits.maxRejectedStreams,
  };
}

function urlOf(config: HubConfig, port: number): string {
  const host = config.listen.host ?? EVERY_ADDRESS;
  const scheme = config.tlsCert === undefined ? "http" : "https";
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
