import { join } from "node:path";
import {
  duration,
  groupRoles,
  headerName,
  type Kind,
  listenAddress,
  networks,
  onOff,
  oneOf,
  origins,
  path,
  size,
  wholeNumber,
} from "./kinds.js";

/** Headings under which the settings are explained, in this order. */
export const GROUPS = [
  "General",
  "Network",
  "Single sign-on",
  "Limits of connections",
  "Limits of sessions",
  "Limits of the process",
] as const;

/** One setting. Its flag is `--name`, its variable `BACKREST_HUB_NAME`, its key in the file `name`. */
export interface Setting<T> {
  readonly name: string;
  readonly group: (typeof GROUPS)[number];
  readonly kind: Kind<T>;
  /** The default in the words of the setting itself; null when it may be left unset. */
  readonly default: string | null | ((surroundings: Surroundings) => string);
  /** Says the default where it is a function. */
  readonly defaultHelp?: string;
  readonly help: string;
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

function required<T>(setting: Setting<T>): Setting<T> {
  return setting;
}

function optional<T>(setting: Omit<Setting<T>, "default">): Setting<T | undefined> {
  return { ...setting, default: null };
}

/** What the operator usually sets; the key is the property of the HubConfig. */
export const GENERAL_SETTINGS = {
  listen: required({
    name: "listen",
    group: "General",
    kind: listenAddress(),
    default: "127.0.0.1:9899",
    help: "Where the hub listens, for HTTP/1.1, HTTP/2 and TLS alike.",
  }),
  dataDir: required({
    name: "data-dir",
    group: "General",
    kind: path(),
    default: ({ env, home }) => join(env["XDG_DATA_HOME"] || join(home, ".local", "share"), "backrest-hub"),
    defaultHelp: "$XDG_DATA_HOME/backrest-hub or ~/.local/share/backrest-hub",
    help: "The directory of everything that the hub keeps.",
  }),
  configFile: optional({
    name: "config",
    group: "General",
    kind: path(),
    help: "A JSON file with settings, by their names here. Flags and variables outrank it.",
  }),
  logLevel: required({
    name: "log-level",
    group: "General",
    kind: oneOf("error", "warn", "info", "debug"),
    default: "info",
    help: "The least important line that is logged.",
  }),
  logFormat: required({
    name: "log-format",
    group: "General",
    kind: oneOf("auto", "pretty", "json"),
    default: "auto",
    help: "Lines for people or for programs; auto is pretty on a terminal and json elsewhere. Logs go to stderr.",
  }),
  tlsCert: optional({
    name: "tls-cert",
    group: "Network",
    kind: path(),
    help: "A PEM file with the certificate and its chain. With it the hub speaks TLS, beside clear text, on the same port.",
  }),
  tlsKey: optional({
    name: "tls-key",
    group: "Network",
    kind: path(),
    help: "A PEM file with the certificate's private key.",
  }),
  requireTls: required({
    name: "require-tls",
    group: "Network",
    kind: onOff(),
    default: "false",
    help: "Refuse everything that other machines send in clear text.",
  }),
  metricsOpen: required({
    name: "metrics-open",
    group: "Network",
    kind: onOff(),
    default: "false",
    help: "Show /metrics to everybody who can reach the hub, without a token. The names of all machines, plans and repos stand in it.",
  }),
  allowOrigin: required({
    name: "allow-origin",
    group: "Network",
    kind: origins(),
    default: "",
    help: "Web pages of other origins that may call the hub (CORS).",
  }),
  trustedProxies: required({
    name: "trusted-proxies",
    group: "Network",
    kind: networks(),
    default: "",
    help: "Reverse proxies whose X-Forwarded-For and X-Forwarded-Proto headers are believed.",
  }),
  allowClearTextClients: required({
    name: "allow-clear-text-clients",
    group: "Network",
    kind: networks(),
    default: "",
    help: "Networks from which tokens and passwords are accepted without TLS, besides this machine. Name only what others cannot listen to.",
  }),
  allowClearTextPeers: required({
    name: "allow-clear-text-peers",
    group: "Network",
    kind: networks(),
    default: "",
    help: "Networks from which Backrest v1.11 to v1.12, which sync in clear text, are accepted besides this machine. Name only what others cannot listen to: a VPN, a LAN, the near end of a tunnel.",
  }),
  ssoProxies: required({
    name: "sso-proxies",
    group: "Single sign-on",
    kind: networks(),
    default: "",
    help: "Proxies that log users in: whom they name is believed without a password. Whoever can connect from there can be anybody, so name single addresses that nothing else uses.",
  }),
  ssoUserHeader: required({
    name: "sso-user-header",
    group: "Single sign-on",
    kind: headerName(),
    default: "x-forwarded-user",
    help: "The header in which those proxies name the user. They must replace what their own callers send in it.",
  }),
  ssoGroupsHeader: required({
    name: "sso-groups-header",
    group: "Single sign-on",
    kind: headerName(),
    default: "x-forwarded-groups",
    help: "The header in which they name the user's groups, separated by commas or |. They must replace it, too.",
  }),
  ssoRoles: required({
    name: "sso-roles",
    group: "Single sign-on",
    kind: groupRoles(),
    default: "",
    help: "What the members of a group may do; of several the most counts, and who is in none may do nothing.",
  }),
} as const;

/** Budgets: what one connection, session or reader may cost the hub. */
export const LIMIT_SETTINGS = {
  maxConnectionsPerAddress: required({
    name: "max-connections-per-address",
    group: "Limits of connections",
    kind: wholeNumber(1, 100_000),
    default: "64",
    help: "Open connections from one address (of IPv6, from one /64). Trusted proxies are not held to it.",
  }),
  maxConnections: required({
    name: "max-connections",
    group: "Limits of connections",
    kind: wholeNumber(1, 1_000_000),
    default: "8192",
    help: "Open connections in all.",
  }),
  maxKeyExchangesPerAddress: required({
    name: "max-key-exchanges-per-address",
    group: "Limits of connections",
    kind: wholeNumber(1, 100_000),
    default: "50",
    help: "Encrypted sessions that begin in a second from one address (of IPv6, from one /64); the others wait their turn. Raise it where many machines share an address.",
  }),
  maxKeyExchanges: required({
    name: "max-key-exchanges",
    group: "Limits of connections",
    kind: wholeNumber(1, 100_000),
    default: "150",
    help: "Encrypted sessions that begin in a second in all; the others wait their turn. Each costs about 2 ms of processor time.",
  }),
  maxStreamsPerConnection: required({
    name: "max-streams-per-connection",
    group: "Limits of connections",
    kind: wholeNumber(1, 1_000),
    default: "32",
    help: "Calls at a time on one HTTP/2 connection.",
  }),
  connectionMemoryBytes: required({
    name: "connection-memory",
    group: "Limits of connections",
    kind: size("1MiB", "256MiB"),
    default: "4MiB",
    help: "Memory of one HTTP/2 connection before a call on it is authenticated.",
  }),
  headerMaxBytes: required({
    name: "header-max-bytes",
    group: "Limits of connections",
    kind: size("4KiB", "256KiB"),
    default: "16KiB",
    help: "Headers of one request.",
  }),
  firstBytesTimeoutMs: required({
    name: "first-bytes-timeout",
    group: "Limits of connections",
    kind: duration("100ms", "5m"),
    default: "5s",
    help: "The time in which a connection has to show which protocol it speaks.",
  }),
  requestTimeoutMs: required({
    name: "request-timeout",
    group: "Limits of connections",
    kind: duration("100ms", "10m"),
    default: "10s",
    help: "The time in which a connection has to deliver a complete request, and a Sync stream its first message.",
  }),
  idleTimeoutMs: required({
    name: "idle-timeout",
    group: "Limits of connections",
    kind: duration("1s", "24h"),
    default: "75s",
    help: "The time that a connection may stay open without a call on it. A Backrest that was refused dials again on the same one 60 s later: where it closes at that moment, the try is lost, and the next comes after three minutes.",
  }),
  openingMaxBytes: required({
    name: "opening-max-bytes",
    group: "Limits of connections",
    kind: size("4KiB", "1MiB"),
    default: "16KiB",
    help: "What is read of a call before its caller is known.",
  }),
  resetBurst: required({
    name: "reset-burst",
    group: "Limits of connections",
    kind: wholeNumber(1, 100_000),
    default: "100",
    help: "HTTP/2 streams that a client may reset at once.",
  }),
  resetRate: required({
    name: "reset-rate",
    group: "Limits of connections",
    kind: wholeNumber(1, 100_000),
    default: "10",
    help: "HTTP/2 streams that a client may reset each second beyond the burst.",
  }),
  maxInvalidFrames: required({
    name: "max-invalid-frames",
    group: "Limits of connections",
    kind: wholeNumber(1, 100_000),
    default: "50",
    help: "Invalid HTTP/2 frames after which a connection ends.",
  }),
  maxRejectedStreams: required({
    name: "max-rejected-streams",
    group: "Limits of connections",
    kind: wholeNumber(1, 100_000),
    default: "20",
    help: "Refused HTTP/2 streams after which a connection ends.",
  }),
  floodWindowMs: required({
    name: "flood-window",
    group: "Limits of connections",
    kind: duration("1s", "10m"),
    default: "10s",
    help: "The time over which the next three limits count.",
  }),
  maxPeerResets: required({
    name: "max-peer-resets",
    group: "Limits of connections",
    kind: wholeNumber(1, 1_000_000),
    default: "100",
    help: "Streams that the client of one connection may open and reset in that time.",
  }),
  maxUnauthenticatedStreams: required({
    name: "max-unauthenticated-streams",
    group: "Limits of connections",
    kind: wholeNumber(1, 1_000_000),
    default: "1000",
    help: "Streams without a valid token that one connection may open in that time.",
  }),
  maxIdleBytes: required({
    name: "max-idle-bytes",
    group: "Limits of connections",
    kind: size("64KiB", "1GiB"),
    default: "1MiB",
    help: "Bytes that one connection may send in that time without headers or data in them (empty, unknown and forbidden frames).",
  }),
  messageMaxBytes: required({
    name: "message-max-bytes",
    group: "Limits of sessions",
    kind: size("1MiB", "1GiB"),
    default: "32MiB",
    help: "One message of an authenticated caller.",
  }),
  pingIntervalMs: required({
    name: "ping-interval",
    group: "Limits of sessions",
    kind: duration("1s", "1h"),
    default: "20s",
    help: "How often a session's connection is asked whether it still stands (HTTP/2 PING).",
  }),
  pingTimeoutMs: required({
    name: "ping-timeout",
    group: "Limits of sessions",
    kind: duration("100ms", "10m"),
    default: "10s",
    help: "The time to answer that.",
  }),
  heartbeatIntervalMs: required({
    name: "heartbeat-interval",
    group: "Limits of sessions",
    kind: duration("1s", "1h"),
    default: "25s",
    help: "How often the hub says something on an idle stream, so that no proxy cuts it.",
  }),
  idleProbeAfterMs: required({
    name: "idle-probe-after",
    group: "Limits of sessions",
    kind: duration("1s", "1h"),
    default: "45s",
    help: "The silence after which a Backrest is asked whether it still follows its session.",
  }),
  probeTimeoutMs: required({
    name: "probe-timeout",
    group: "Limits of sessions",
    kind: duration("100ms", "10m"),
    default: "15s",
    help: "The time to answer that, after which the session ends.",
  }),
  fenceTimeoutMs: required({
    name: "fence-timeout",
    group: "Limits of sessions",
    kind: duration("1s", "1h"),
    default: "30s",
    help: "The time in which a Backrest has to send the history that it was asked for; it is asked twice before the session ends.",
  }),
  logTimeoutMs: required({
    name: "log-timeout",
    group: "Limits of sessions",
    kind: duration("100ms", "10m"),
    default: "30s",
    help: "The silence after which a log that a machine was asked for is given up.",
  }),
  sessionQueueMaxBytes: required({
    name: "session-queue-max-bytes",
    group: "Limits of sessions",
    kind: size("1MiB", "16GiB"),
    default: "64MiB",
    help: "What one session may have sent that is not stored yet.",
  }),
  watcherStallTimeoutMs: required({
    name: "watcher-stall-timeout",
    group: "Limits of sessions",
    kind: duration("1s", "1h"),
    default: "30s",
    help: "The time without reading after which a reader of a live stream is cut off.",
  }),
  fullPassIntervalMs: required({
    name: "full-pass-interval",
    group: "Limits of sessions",
    kind: duration("1m", "365d"),
    default: "24h",
    help: "How often a Backrest of v1.11 to v1.12 is asked for its whole history again, which is how deletions are noticed that happened while it was away.",
  }),
  fullPassBelow: required({
    name: "full-pass-below",
    group: "Limits of sessions",
    kind: wholeNumber(0, 100_000_000),
    default: "20000",
    help: "A Backrest of v1.11 to v1.12 with fewer operations than this is asked for all of them whenever it connects.",
  }),
  totalQueueMaxBytes: required({
    name: "total-queue-max-bytes",
    group: "Limits of the process",
    kind: size("1MiB", "64GiB"),
    default: "256MiB",
    help: "What all sessions together may have sent that is not stored yet.",
  }),
  logMaxBytesPerMinute: required({
    name: "log-max-bytes-per-minute",
    group: "Limits of the process",
    kind: size("1KiB", "1GiB"),
    default: "64KiB",
    help: "What is logged in a minute because of one session or one address; the rest is counted.",
  }),
  maxKnocks: required({
    name: "max-knocks",
    group: "Limits of the process",
    kind: wholeNumber(1, 100_000),
    default: "256",
    help: "Unknown machines that are kept in the list of those that wait for approval; the newest are kept.",
  }),
  shutdownGraceMs: required({
    name: "shutdown-grace",
    group: "Limits of the process",
    kind: duration("100ms", "10m"),
    default: "5s",
    help: "The time that the hub takes to end its sessions when it is stopped.",
  }),
} as const;

/** Every setting, in the order in which it is explained. */
export const ALL_SETTINGS: readonly Setting<unknown>[] = [
  ...Object.values(GENERAL_SETTINGS),
  ...Object.values(LIMIT_SETTINGS),
];

export const ENV_PREFIX = "BACKREST_HUB_";

export function envName(name: string): string {
  return ENV_PREFIX + name.toUpperCase().replaceAll("-", "_");
}

type ValueOf<S> = S extends Setting<infer T> ? T : never;
/** The values of a table of settings. */
export type Values<Table> = { readonly [Property in keyof Table]: ValueOf<Table[Property]> };
