import type { Logger } from "pino";

const WINDOW_MS = 60_000;
const MOST_ADDRESSES = 10_000;
/** What an error's stack comes to, about. */
const ERROR_BYTES = 1_500;
/** What a log line has besides its fields: level, time, host, names. */
const LINE_OVERHEAD_BYTES = 160;

interface Spent {
  bytes: number;
  dropped: number;
}

/** Log lines about strangers: at most so many bytes a minute from one address, then only their number. */
export class AddressLog {
  readonly #logger: Logger;
  readonly #bytesPerMinute: number;
  readonly #spent = new Map<string, Spent>();
  #began = performance.now();

  constructor(logger: Logger, bytesPerMinute: number = 64 * 1024) {
    this.#logger = logger;
    this.#bytesPerMinute = bytesPerMinute;
  }

  info(address: string, fields: Record<string, unknown>, message: string): void {
    if (this.#mayWrite(address, fields, message)) this.#logger.info({ address, ...fields }, message);
  }

  warn(address: string, fields: Record<string, unknown>, message: string): void {
    if (this.#mayWrite(address, fields, message)) this.#logger.warn({ address, ...fields }, message);
  }

  error(address: string, fields: Record<string, unknown>, message: string): void {
    if (this.#mayWrite(address, fields, message)) this.#logger.error({ address, ...fields }, message);
  }

  /** Begins a new minute when the old one is over, and says what was left out. To be called now and then. */
  sweep(now: number): void {
    if (now - this.#began < WINDOW_MS) return;
    this.#began = now;
    let addresses = 0;
    let lines = 0;
    for (const { dropped } of this.#spent.values()) {
      if (dropped > 0) addresses++;
      lines += dropped;
    }
    this.#spent.clear();
    if (lines > 0) this.#logger.warn({ lines, addresses }, "log lines were left out; these addresses cause too many");
  }

  #mayWrite(address: string, fields: Record<string, unknown>, message: string): boolean {
    this.sweep(performance.now());
    // Beyond so many addresses they share one budget: the map is bounded too.
    const key = this.#spent.has(address) || this.#spent.size < MOST_ADDRESSES ? address : "";
    const spent = this.#spent.get(key) ?? { bytes: 0, dropped: 0 };
    this.#spent.set(key, spent);
    spent.bytes += LINE_OVERHEAD_BYTES + message.length + lengthOf(fields);
    if (spent.bytes <= this.#bytesPerMinute) return true;
    spent.dropped++;
    return false;
  }
}

function lengthOf(fields: Record<string, unknown>): number {
  const length = JSON.stringify(fields).length;
  return "err" in fields ? length + ERROR_BYTES : length;
}
