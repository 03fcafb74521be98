import { ConnectionState } from "../../gen/v1sync/syncservice_pb.js";
import { type Access, openAccess } from "../access/access.js";
import { plainCheck } from "../access/plain-check.js";
import { GuessLimit } from "../connections/guess-limit.js";
import { portRefusalCause } from "../connections/port-refusal.js";
import { HistoryClearing } from "../history/clearing.js";
import { Dashboard } from "../history/dashboard.js";
import { BoardFiles } from "../http/board-files.js";
import { boardRoute } from "../http/board-route.js";
import { plainRoutes } from "../http/plain-routes.js";
import type { Port } from "../http/port-options.js";
import { createPort } from "../http/port.js";
import { AnswerBudget } from "../rpc/answer-budget.js";
import type { ListChanges } from "../notices.js";
import type { Readiness } from "../rpc/readiness.js";
import { hubRoutes, type RoutesParts } from "../rpc/routes.js";
import { boardFolder } from "./board-folder.js";
import { certificateFiles, hostOf, portLimits } from "./addresses.js";
import type { Ground } from "./ground.js";
import { hubMetrics } from "./hub-metrics.js";
import type { Pushing } from "./pushing.js";
import type { Syncing } from "./syncing.js";
import type { Watched } from "./watched.js";

export interface ServingParts {
  readonly ground: Ground;
  readonly watched: Watched;
  readonly syncing: Syncing;
  readonly pushing: Pushing;
  readonly access: Access;
  readonly readiness: Readiness;
  readonly startedMs: number;
  /** Known once the port listens. */
  readonly url: () => string;
  /** Aborts what is still served when the hub stops. */
  readonly shutdownSignal: AbortSignal;
}

export function openHubAccess(
  { config, directory, store, sealer, logger, clock }: Ground,
  lists: ListChanges,
): Promise<Access> {
  return openAccess({
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
    lists,
    logger,
    now: Date.now,
    monotonicMs: clock,
  });
}

/** The one port and everything that answers on it. */
export function createHubPort(parts: ServingParts): Port {
  const { config, logger, callerLogs, version } = parts.ground;
  const { access, readiness, watched } = parts;
  const port = createPort({
    host: hostOf(config),
    port: config.listen.port,
    tls: certificateFiles(config),
    requireTls: config.requireTls,
    allowOrigins: config.allowOrigin,
    trustedProxies: config.trustedProxies.texts,
    allowClearTextClients: config.allowClearTextClients.texts,
    limits: portLimits(config),
    logger,
    callerLogs,
    shutdownSignal: parts.shutdownSignal,
    requestGate: access.gate,
    interceptors: access.interceptors,
    plainRoutes: plainRoutes(readiness, version, {
      scrape: hubMetrics(parts, () => port.connections),
      refusal: config.metricsOpen ? () => undefined : plainCheck(access, "/metrics", "viewer"),
    }),
    pages: boardRoute(() => BoardFiles.open(boardFolder())),
    onRefused: ({ reason, meantHttps = false, ...where }) => {
      const cause = portRefusalCause(reason, meantHttps);
      if (cause !== undefined) watched.refusals.note({ ...where, cause });
    },
    routes: hubRoutes(routesParts(parts)),
  });
  return port;
}

/** What may wait to be stored before pages hear of it later. A peer that lives tells little; one that brings its history, much. */
const BUSY_QUEUE_BYTES = 256 << 10;
const PACE_WHEN_BUSY_MS = 500;

function boardPace({ pipeline }: Watched): RoutesParts["board"]["pace"] {
  return { busy: () => pipeline.queuedBytes > BUSY_QUEUE_BYTES, everyMs: PACE_WHEN_BUSY_MS };
}

function routesParts({
  ground,
  watched,
  syncing,
  pushing,
  access,
  readiness,
  startedMs,
  url,
}: ServingParts): RoutesParts {
  const { config, store, logger, version, directory, clock, own } = ground;
  const { limits } = config;
  const { board, knocks, refusals, registry, feed, fleet, notices } = watched;
  const { peers, pairing, logs } = syncing;
  const { identity, paths } = directory;
  const now = Date.now;
  const answers = new AnswerBudget();
  const streams = { keepAliveMs: limits.heartbeatIntervalMs, stallTimeoutMs: limits.watcherStallTimeoutMs };
  const isConnected = (keyid: string) => board.get(keyid)?.state === ConnectionState.CONNECTED;
  const heardMs = (peerId: number) => {
    const at = registry.heardMs(peerId);
    return at === undefined ? undefined : Math.round(now() - (clock() - at));
  };
  return {
    sync: syncing,
    syncState: { board, desk: pushing.desk, ...streams },
    backrest: {
      store,
      answers,
      config: {
        store,
        pairing,
        login: { userNames: () => access.accounts.listUsers().map(({ name }) => name) },
        instanceId: identity.instanceId,
        identity: identity.ed25519,
      },
      dashboard: new Dashboard({ store, logger, now }),
      paths: { configPath: paths.directory, dataPath: paths.database },
      clearing: new HistoryClearing({ store, feed, now }),
      feed,
      logs,
      pairing,
      ...streams,
    },
    peers: { peers, knocks, board, heardMs },
    pairing: { pairing, now },
    pushes: { store, ...pushing, hubInstanceId: own.instanceId },
    connections: {
      sessions: () => registry.list().map((session) => session.view()),
      opening: () => registry.open - registry.connected,
      isConnected,
      refusals,
      ...streams,
    },
    access: { ...access, store, now, singleSignOn: !config.ssoProxies.empty },
    fleet: { fleet, store, now, ...streams },
    board: { feed, fleet, refusals, isConnected, notices, pace: boardPace(watched), ...streams },
    history: { store, answers },
    hub: {
      store,
      identity: {
        instanceId: identity.instanceId,
        ecdsaKeyid: identity.ecdsa.keyid,
        ed25519Keyid: identity.ed25519.keyid,
      },
      version,
      startedMs,
      listenAddresses: () => [url()],
      connected: () => registry.connected,
      paths,
      tls: config.tlsCert !== undefined,
    },
    health: readiness,
  };
}
