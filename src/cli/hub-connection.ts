import { type Interceptor, type Transport } from "@connectrpc/connect";
import { accessSync, constants, readFileSync } from "node:fs";
import type { Command } from "commander";
import { readConfig } from "../config/read-config.js";
import { HubError } from "../errors.js";
import { readAdminToken } from "../identity/data-directory.js";
import { type DataPaths, dataPaths } from "../identity/paths.js";
import { readRunningHub, type RunningHub } from "../identity/running-hub.js";
import { systemErrorCode } from "../system-error.js";
import type { CliContext } from "./context.js";

/** The time that the hub has for an answer. */
const ANSWER_MS = 10_000;

/** How a command is told which hub is meant. */
export interface TargetOptions {
  readonly dataDir?: string;
  readonly config?: string;
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

/** A hub that runs, reached over its public rpcs. */
export interface RunningTarget {
  readonly kind: "running";
  readonly url: string;
  readonly transport: Transport;
  /** The data directory whose note named the address. The note of a hub that was killed is out of date. */
  readonly paths?: DataPaths;
}

/** A data directory on this machine, on which no hub seems to run. */
export interface StoppedTarget {
  readonly kind: "stopped";
  readonly paths: DataPaths;
}

export function addTargetOptions(command: Command): Command {
  return command
    .option("--data-dir <PATH>", "the data directory of a hub on this machine (env: BACKREST_HUB_DATA_DIR)")
    .option("--config <PATH>", "the file with that hub's settings (env: BACKREST_HUB_CONFIG)")
    .option("--url <URL>", "the address of a hub elsewhere (env: BACKREST_HUB_URL)")
    .option(
      "--token <TOKEN>",
      "its admin token, or an access token; the variable does not show in process lists (env: BACKREST_HUB_TOKEN)",
    )
    .option("--json", "print JSON");
}

/** @throws HubError `invalid_argument` when an address is given without a token */
export async function findHub(options: TargetOptions, context: CliContext): Promise<RunningTarget | StoppedTarget> {
  const url = addressElsewhere(options, context);
  if (url !== undefined) return elsewhere(url, options.token ?? context.env["BACKREST_HUB_TOKEN"]);
  const paths = findDirectory(options, context);
  const running = readRunningHub(paths);
  if (running?.url === undefined) return { kind: "stopped", paths };
  return { ...(await target(running.url, options.token ?? readAdminToken(paths), running.tlsCert)), paths };
}

/** The address that was given. A directory on the command line is meant even where a variable names an address. */
export function addressElsewhere(options: TargetOptions, context: CliContext): string | undefined {
  if (options.url !== undefined || options.dataDir !== undefined) return options.url;
  return context.env["BACKREST_HUB_URL"] || undefined;
}

/** @throws HubError `permission_denied` when it is another user's */
export function findDirectory(options: TargetOptions, context: CliContext): DataPaths {
  const flags = { "data-dir": options.dataDir, config: options.config };
  const paths = dataPaths(readConfig(flags, context).dataDir);
  try {
    accessSync(paths.directory, constants.R_OK | constants.X_OK);
  } catch (cause) {
    if (systemErrorCode(cause) === "ENOENT") return paths;
    throw new HubError(
      "permission_denied",
      `this user may not read ${paths.directory}; run the command as the user that runs the hub, or name the hub with --url and --token`,
      { cause },
    );
  }
  return paths;
}

/** Only a running hub can answer this. */
export function needRunning(hub: RunningTarget | StoppedTarget): RunningTarget {
  if (hub.kind === "running") return hub;
  throw new HubError(
    "unavailable",
    `no hub is running on ${hub.paths.directory}; start it with \`backrest-hub serve\`, name its data directory with --data-dir, or a hub elsewhere with --url and --token`,
  );
}

/** Whether the call failed because nobody listens there any more. */
export function isNobodyThere(reason: unknown): boolean {
  return ["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH"].includes(connectionCode(reason) ?? "");
}

/** Makes the words of a failed connection say where it went. */
export function withAddress(reason: unknown, hub: RunningTarget): unknown {
  const code = connectionCode(reason);
  if (code === undefined) return reason;
  const words =
    code === "ECONNRESET"
      ? `the hub at ${hub.url} closed the connection (${code}); if this machine holds many others, let it have more with --max-connections-per-address`
      : `no hub answers at ${hub.url} (${code})`;
  return new HubError("unavailable", words, { cause: reason });
}

function connectionCode(reason: unknown): string | undefined {
  for (let error = reason, depth = 0; depth < 5 && error instanceof Object; depth++) {
    const code = error instanceof HubError ? undefined : systemErrorCode(error);
    if (code !== undefined) return code;
    error = "cause" in error ? error.cause : undefined;
  }
  return undefined;
}

async function elsewhere(url: string, token: string | undefined): Promise<RunningTarget> {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new HubError(
      "invalid_argument",
      `"${url}" is no address of a hub; write one such as https://hub.example.org`,
    );
  }
  if (token === undefined || token === "") {
    throw new HubError(
      "invalid_argument",
      `a hub elsewhere wants its admin token, or an access token: give it with --token or BACKREST_HUB_TOKEN; the first stands in the file admin-token in the data directory of ${url}`,
    );
  }
  return target(url, token, undefined);
}

async function target(url: string, token: string, tlsCert: RunningHub["tlsCert"]): Promise<RunningTarget> {
  // Takes 80 ms to load, which `serve` spends while its store opens.
  const { createConnectTransport } = await import("@connectrpc/connect-node");
  const authorize: Interceptor = (next) => (request) => {
    request.header.set("authorization", `Bearer ${token}`);
    return next(request);
  };
  const transport = createConnectTransport({
    baseUrl: url,
    httpVersion: "1.1",
    interceptors: [authorize],
    defaultTimeoutMs: ANSWER_MS,
    ...(tlsCert === undefined ? {} : { nodeOptions: trustOnly(tlsCert) }),
  });
  return { kind: "running", url, transport };
}

/** The hub on this machine shows the certificate that its note names, whatever host that one is made out to. */
function trustOnly(certificate: string): object {
  return { ca: readFileSync(certificate), allowPartialTrustChain: true, checkServerIdentity: () => undefined };
}

/** Carries a call out on a running hub; a failed connection is explained with the hub's address. */
export async function call<T>(hub: RunningTarget, work: (transport: Transport) => Promise<T>): Promise<T> {
  try {
    return await work(hub.transport);
  } catch (reason) {
    throw withAddress(reason, hub);
  }
}
