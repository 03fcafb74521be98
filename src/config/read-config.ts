import { constants, accessSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { checkConfig, configError, type ConfigSources, type HubConfig } from "../config.js";
import { HubError } from "../errors.js";
import { errorText } from "../system-error.js";
import { envName } from "./settings.js";

/** The process's surroundings, which tests replace. */
export interface ConfigSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly workingDirectory: string;
}

/** The one reader of the environment. */
export function surroundings(): ConfigSurroundings {
  return { env: process.env, home: homedir(), workingDirectory: process.cwd() };
}

/**
 * Reads the file that `--config` or `BACKREST_HUB_CONFIG` names, if any, and checks all settings as a whole.
 * @throws HubError `invalid_argument`; see {@link checkConfig}
 */
export function readConfig(flags: ConfigSources["flags"], from: ConfigSurroundings = surroundings()): HubConfig {
  const named = flags["config"] ?? from.env[envName("config")];
  const file = typeof named === "string" && named !== "" ? readFile(named, from) : undefined;
  const config = checkConfig({ flags, ...from, ...(file === undefined ? {} : { file }) });
  const problems = [unreadable("tls-cert", config.tlsCert), unreadable("tls-key", config.tlsKey)].filter(
    (problem) => problem !== undefined,
  );
  if (problems.length > 0) throw configError(problems);
  return config;
}

function readFile(named: string, { home, workingDirectory }: ConfigSurroundings): NonNullable<ConfigSources["file"]> {
  const path = named.startsWith("~/") ? join(home, named.slice(2)) : resolve(workingDirectory, named);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new HubError("invalid_argument", `config: the file ${path} cannot be read (${errorText(cause)})`, { cause });
  }
  try {
    return { path, directory: dirname(path), content: JSON.parse(text) };
  } catch (cause) {
    throw new HubError("invalid_argument", `config: the file ${path} is not JSON (${errorText(cause)})`, { cause });
  }
}

function unreadable(setting: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    accessSync(path, constants.R_OK);
    return undefined;
  } catch (cause) {
    return `${setting}: ${path} cannot be read (${errorText(cause)})`;
  }
}
