import type { Logger } from "pino";
import type { HealthSource } from "./health.js";

export interface ReadinessParts {
  /** Proves that the store takes writes and answers what a session asks first. */
  readonly probe: () => Promise<void>;
  /** Whether a session could open now. */
  readonly accepts: () => boolean;
  readonly logger: Logger;
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
}

/**
 * Whether the hub can do what it is for: a write reaches the store, and a session can open. Asked of the store every
 * few seconds, so that a probe from outside costs nothing and cannot pile up.
 */
export class Readiness implements HealthSource {
  readonly #parts: ReadinessParts;
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #stored = false;
  #stopped = false;
  #shown = false;

  constructor(parts: ReadinessParts) {
    this.#parts = parts;
  }

  /** Resolves after the first probe; ready or not. */
  async start(): Promise<void> {
    await this.#probe();
    if (this.#stopped) return;
    this.#timer = setInterval(() => void this.#probe(), this.#parts.intervalMs ?? 5_000);
    this.#timer.unref();
  }

  ready(): boolean {
    return this.#stored && !this.#stopped && this.#parts.accepts();
  }

  /** Why it is not ready, for a person; undefined when it is. */
  reason(): string | undefined {
    if (this.ready()) return undefined;
    if (this.#stopped) return "the hub is stopping";
    return this.#stored
      ? "no session can open: the queues to the store are full"
      : "the store takes no writes or cannot be read";
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Not ready from now on. */
  stop(): void {
    clearInterval(this.#timer);
    this.#stopped = true;
    this.#tell();
  }

  async #probe(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), this.#parts.timeoutMs ?? 4_000);
    });
    const stored = await Promise.race([this.#attempt(), late]);
    clearTimeout(timer);
    if (stored !== this.#stored && !this.#stopped) {
      if (stored) this.#parts.logger.info("the store takes writes");
      else this.#parts.logger.error("the store takes no writes or cannot be read");
    }
    this.#stored = stored;
    this.#tell();
  }

  async #attempt(): Promise<boolean> {
    try {
      await this.#parts.probe();
      return true;
    } catch (reason) {
      this.#parts.logger.debug({ err: reason }, "the store's probe failed");
      return false;
    }
  }

  #tell(): void {
    const ready = this.ready();
    if (ready === this.#shown) return;
    this.#shown = ready;
    for (const listener of [...this.#listeners]) listener();
  }
}
