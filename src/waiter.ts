import type { HubError } from "./errors.js";

/** The waiting side of a bounded queue with one reader: it is woken when there is something, failed, or closed. */
export class Waiter {
  #wake: (() => void) | undefined;
  #closed = false;
  #failure: HubError | undefined;

  get closed(): boolean {
    return this.#closed;
  }

  /** Resolves when woken, after `timeoutMs`, and at once when nothing will come any more. */
  async wait(timeoutMs: number): Promise<void> {
    if (this.#closed || this.#failure !== undefined) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  wake(): void {
    this.#wake?.();
  }

  /** The reader gets this error instead of what it waits for. */
  fail(error: HubError): void {
    this.#failure ??= error;
    this.wake();
  }

  /** @throws HubError what {@link fail} was given */
  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** True the first time. */
  close(): boolean {
    if (this.#closed) return false;
    this.#closed = true;
    this.wake();
    return true;
  }
}
