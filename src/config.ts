import type { Place } from "./config/kinds.js";
import { NotAccepted } from "./config/kinds.js";
import { nearest } from "./config/nearest.js";
import {
  ALL_SETTINGS,
  ENV_PREFIX,
  envName,
  GENERAL_SETTINGS,
  LIMIT_SETTINGS,
  type Setting,
  type Values,
} from "./config/settings.js";
import { HubError } from "./errors.js";

export type { ListenAddress } from "./config/kinds.js";

/** The budgets of the hub; durations in milliseconds (`…Ms`), sizes in bytes (`…Bytes`). */
export type HubLimits = Values<typeof LIMIT_SETTINGS>;

/** The hub's settings, checked and frozen. Paths are absolute. */
export type HubConfig = Values<typeof GENERAL_SETTINGS> & { readonly limits: HubLimits };

/** Where settings come from, strongest first: flags, environment, file, defaults. */
export interface ConfigSources {
  /** By the setting's name; a list that was given several times as an array. */
  readonly flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly file?: { readonly path: string; readonly directory: string; readonly content: unknown };
  readonly home: string;
  readonly workingDirectory: string;
}

/**
 * Settings as one checked, frozen configuration. Pure.
 * @throws HubError `invalid_argument` with a line for each thing that is wrong: setting, origin, value, what is accepted
 */
export function checkConfig(sources: ConfigSources): HubConfig {
  const problems: string[] = [];
  const file = fileValues(sources, problems);
  const read = <Table extends Record<string, Setting<unknown>>>(table: Table): Values<Table> =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value comes from its own setting's parser
    Object.fromEntries(
      Object.entries(table).map(([property, setting]) => [property, readSetting(setting, sources, file, problems)]),
    ) as Values<Table>;
  const config: HubConfig = { ...read(GENERAL_SETTINGS), limits: Object.freeze(read(LIMIT_SETTINGS)) };
  if (problems.length === 0) problems.push(...contradictions(config));
  if (problems.length > 0) throw configError(problems);
  return Object.freeze(config);
}

/** All that is wrong with the settings, as one error. */
export function configError(problems: readonly string[]): HubError {
  const heading = problems.length === 1 ? "a setting is wrong" : `${problems.length} settings are wrong`;
  return new HubError("invalid_argument", [`${heading}:`, ...problems.map((line) => `  ${line}`)].join("\n"));
}

/** Variables that look like a mistyped setting, each with a sentence. Others that begin alike are none of our business. */
export function doubtfulVariables(env: ConfigSources["env"]): string[] {
  const known = ALL_SETTINGS.map(({ name }) => envName(name));
  const notSettings = ["BACKREST_HUB_NODE", "BACKREST_HUB_URL", "BACKREST_HUB_TOKEN"];
  return Object.keys(env).flatMap((name) => {
    if (!name.startsWith(ENV_PREFIX) || known.includes(name) || notSettings.includes(name)) return [];
    const meant = nearest(
      name.slice(ENV_PREFIX.length),
      known.map((other) => other.slice(ENV_PREFIX.length)),
    );
    return meant === undefined ? [] : [`the variable ${name} is not a setting; is ${ENV_PREFIX}${meant} meant?`];
  });
}

interface Given {
  readonly text: string;
  /** Says where the value stands, as in "from the flag --listen". */
  readonly origin: string;
  readonly place: Place;
}

type FileValues = Readonly<Record<string, unknown>>;

function readSetting(setting: Setting<unknown>, sources: ConfigSources, file: FileValues, problems: string[]): unknown {
  const given = find(setting, sources, file);
  if (given === undefined) return undefined;
  const value = setting.kind.parse(given.text, given.place);
  if (!(value instanceof NotAccepted)) return value;
  problems.push(
    `${setting.name}: ${quote(value.culprit)} (${given.origin}) is not accepted; accepted is ${setting.kind.accepts}`,
  );
  return undefined;
}

function find(setting: Setting<unknown>, sources: ConfigSources, file: FileValues): Given | undefined {
  const { home, workingDirectory } = sources;
  const here = { home, base: workingDirectory };
  const flag = sources.flags[setting.name];
  if (flag !== undefined) return { text: asText(flag), origin: `from the flag --${setting.name}`, place: here };
  const variable = sources.env[envName(setting.name)];
  if (variable !== undefined && variable !== "") {
    return { text: variable.trim(), origin: `from the variable ${envName(setting.name)}`, place: here };
  }
  const inFile = file[setting.name];
  if (inFile !== undefined && sources.file !== undefined) {
    const place = { home, base: sources.file.directory };
    return { text: asText(inFile), origin: `from the file ${sources.file.path}`, place };
  }
  const text = typeof setting.default === "function" ? setting.default(sources) : setting.default;
  return text === null ? undefined : { text, origin: "the default", place: here };
}

/** The file's own values; unknown keys and values that cannot be a setting are problems. */
function fileValues({ file }: ConfigSources, problems: string[]): FileValues {
  if (file === undefined) return {};
  if (typeof file.content !== "object" || file.content === null || Array.isArray(file.content)) {
    problems.push(`config: the file ${file.path} holds no JSON object; accepted is { "name": value, … }`);
    return {};
  }
  const usable = new Map<string, unknown>();
  for (const [key, value] of Object.entries(file.content)) {
    const setting = ALL_SETTINGS.find(({ name }) => name === key && name !== "config");
    if (setting === undefined) {
      const meant = nearest(
        key,
        ALL_SETTINGS.map(({ name }) => name),
      );
      const hint = meant === undefined ? "" : `; is ${meant} meant?`;
      problems.push(`${quote(key)} (from the file ${file.path}) is not a setting${hint}`);
    } else if (isScalar(value) || (setting.kind.list === true && isTextList(value))) {
      usable.set(key, value);
    } else {
      const found = quote(JSON.stringify(value));
      problems.push(
        `${key}: ${found} (from the file ${file.path}) is not accepted; accepted is ${setting.kind.accepts}`,
      );
    }
  }
  return Object.fromEntries(usable);
}

/** What single values cannot tell: settings that make no sense together. */
function contradictions(config: HubConfig): string[] {
  const { limits } = config;
  const problems: string[] = [];
  if ((config.tlsCert === undefined) !== (config.tlsKey === undefined)) {
    const [missing, present] = config.tlsCert === undefined ? ["tls-cert", "tls-key"] : ["tls-key", "tls-cert"];
    problems.push(`${missing}: not set although ${present} is; TLS needs both`);
  }
  if (config.requireTls && config.tlsCert === undefined && config.trustedProxies.empty) {
    problems.push(
      "require-tls: set although the hub has no TLS; set tls-cert and tls-key, or name the proxy that does it in trusted-proxies",
    );
  }
  for (const [name, networks] of [
    ["allow-clear-text-clients", config.allowClearTextClients],
    ["allow-clear-text-peers", config.allowClearTextPeers],
  ] as const) {
    if (config.requireTls && !networks.empty)
      problems.push(`${name}: makes no sense beside require-tls, which refuses clear text from there`);
  }
  if (config.ssoProxies.empty !== (config.ssoRoles.length === 0)) {
    const [missing, present] = config.ssoProxies.empty ? ["sso-proxies", "sso-roles"] : ["sso-roles", "sso-proxies"];
    problems.push(`${missing}: not set although ${present} is; single sign-on needs both`);
  }
  const pairs: readonly [string, number, string, number][] = [
    ["first-bytes-timeout", limits.firstBytesTimeoutMs, "request-timeout", limits.requestTimeoutMs],
    ["opening-max-bytes", limits.openingMaxBytes, "message-max-bytes", limits.messageMaxBytes],
    ["message-max-bytes", limits.messageMaxBytes, "session-queue-max-bytes", limits.sessionQueueMaxBytes],
    ["session-queue-max-bytes", limits.sessionQueueMaxBytes, "total-queue-max-bytes", limits.totalQueueMaxBytes],
  ];
  for (const [lower, low, upper, high] of pairs) {
    if (low > high) problems.push(`${lower}: must not be larger than ${upper}`);
  }
  return problems;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

function asText(value: unknown): string {
  return Array.isArray(value) ? value.join(",") : String(value);
}

/** A value as it may be shown: on one line, and not too long. */
function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
