import { type DestinationStream, type Logger, pino } from "pino";
import type { HubConfig } from "./config.js";
import { prettyLines } from "./logging/pretty.js";

export { boundedLogger, type BoundedLogger, boundedLoggers, type CallerLoggers } from "./logging/bounded.js";

/** Fields that hold a secret wherever they stand, should one ever reach a log line. */
const SECRETS = [
  "authorization",
  "cookie",
  "token",
  "adminToken",
  "password",
  "secret",
  "pairingSecret",
  "initialPairingSecret",
  "sealingKey",
  "ed25519priv",
];

/** The hub's logger: lines for people or for programs, always to `destination`, with secrets blackened. */
export function createLogger(
  config: Pick<HubConfig, "logLevel" | "logFormat">,
  destination: DestinationStream & { readonly isTTY?: boolean } = process.stderr,
): Logger {
  const pretty = config.logFormat === "pretty" || (config.logFormat === "auto" && destination.isTTY === true);
  return pino(
    {
      level: config.logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "[secret]" },
    },
    pretty ? prettyLines(destination) : destination,
  );
}
