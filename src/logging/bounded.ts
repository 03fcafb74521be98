import type { Bindings, ChildLoggerOptions, Logger, LogFn } from "pino";
import { LogBudget } from "./budget.js";

/** A logger that says only so much in a minute. */
export interface BoundedLogger extends Logger {
  /** Says what was left out, and ends its clock. */
  close(): void;
}

const LEVELS = ["fatal", "error", "warn", "info", "debug", "trace"] as const;
/** What pino adds to each line: time, level and quotes. */
const LINE_OVERHEAD_BYTES = 80;
const CIRCULAR_BYTES = 4096;

/**
 * Bounds what one session or one address can put into the log: at most `maxBytesPerMinute`, children included, then one
 * line with the number of lines that were left out. Call `close` when the session ends.
 */
export function boundedLogger(logger: Logger, maxBytesPerMinute: number): BoundedLogger {
  const budget = new LogBudget(maxBytesPerMinute, (lines) =>
    logger.warn({ lines }, "left lines out of the log: this caller causes too many"),
  );
  return Object.assign(bound(logger, budget), { close: () => budget.close() });
}

/** Loggers by the address of a caller, or by another key. */
export interface CallerLoggers {
  of(key: string): Logger;
  /** Says what was left out, and ends all clocks. */
  close(): void;
}

/** Bounded loggers by key, such as the address of a caller; only the `max` keys that were used last are kept. */
export function boundedLoggers(
  logger: Logger,
  options: { readonly maxBytesPerMinute: number; readonly max: number; readonly name: string },
): CallerLoggers {
  const loggers = new Map<string, BoundedLogger>();
  return {
    of: (key) => {
      const found = loggers.get(key) ?? boundedLogger(logger.child({ [options.name]: key }), options.maxBytesPerMinute);
      loggers.delete(key);
      loggers.set(key, found);
      const [oldest] = loggers;
      if (loggers.size > options.max && oldest !== undefined) {
        loggers.delete(oldest[0]);
        oldest[1].close();
      }
      return found;
    },
    close: () => {
      for (const bounded of loggers.values()) bounded.close();
      loggers.clear();
    },
  };
}

function bound(logger: Logger, budget: LogBudget): Logger {
  const bounded: Logger = Object.create(logger);
  // Most loggers of sessions never write a line.
  let fixed: number | undefined;
  const fixedBytes = () => (fixed ??= LINE_OVERHEAD_BYTES + Buffer.byteLength(JSON.stringify(logger.bindings())));
  for (const level of LEVELS) {
    const log: LogFn = (...line: unknown[]): void => {
      if (!logger.isLevelEnabled(level) || !budget.take(fixedBytes() + sizeOf(line))) return;
      Reflect.apply(logger[level], logger, line);
    };
    bounded[level] = log;
  }
  const child = (bindings: Bindings, options?: ChildLoggerOptions): Logger =>
    bound(logger.child(bindings, options), budget);
  return Object.assign(bounded, { child });
}

/** About what the line will take. */
function sizeOf(line: readonly unknown[]): number {
  let size = 0;
  for (const part of line) size += typeof part === "string" ? Buffer.byteLength(part) : sizeOfFields(part);
  return size;
}

function sizeOfFields(fields: unknown): number {
  if (typeof fields !== "object" || fields === null) return 16;
  let size = 0;
  for (const [name, value] of Object.entries(fields)) size += name.length + 4 + sizeOfValue(value);
  return size + (fields instanceof Error ? sizeOfError(fields) : 0);
}

function sizeOfValue(value: unknown): number {
  if (value instanceof Error) return sizeOfError(value);
  try {
    return Buffer.byteLength(JSON.stringify(value, withoutBigints) ?? "");
  } catch {
    // A circle, which pino cuts.
    return CIRCULAR_BYTES;
  }
}

function withoutBigints(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

/** pino writes an error with its stack and its cause's. */
function sizeOfError(error: Error): number {
  return 64 + 2 * (error.stack?.length ?? 0) + (error.cause instanceof Error ? sizeOfError(error.cause) : 0);
}
