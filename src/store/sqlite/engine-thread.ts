import { type Transferable, Worker } from "node:worker_threads";
import { HubError } from "../../errors.js";
import type { FaultMessage } from "./fault.js";
import type { Calls, Reply, Request } from "./messages.js";

/** Heaps are small: rows pass through, and buffers are outside of them. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256, stackSizeMb: 1 };

interface Pending {
  resolve(output: unknown): void;
  reject(error: HubError): void;
}

/**
 * The main thread's end of an engine thread: calls go over in order, those of one turn of the loop in one message.
 * When the thread dies, everything that waits is rejected with `unavailable` and `onFailure` hears why, once.
 */
export class EngineThread<C extends Calls<C>> {
  private readonly worker: Worker;
  private readonly exited: Promise<void>;
  private readonly pending = new Map<number, Pending>();
  private outbox: Request<C>[] = [];
  private transfers: Transferable[] = [];
  private lastId = 0;
  private failure: HubError | undefined;
  private stopping = false;

  constructor(
    script: URL,
    private readonly title: string,
    private readonly onFailure: (error: HubError) => void,
    /** What who reads of the thread's death can do. */
    private readonly advice = "restart the hub",
  ) {
    this.worker = new Worker(script, {
      name: title,
      execArgv: ["--disable-warning=ExperimentalWarning"],
      resourceLimits: RESOURCE_LIMITS,
    });
    this.worker.on("message", (replies: Reply[]) => this.settle(replies));
    this.worker.on("messageerror", (error) => this.fail(error));
    this.worker.on("error", (error) => this.fail(error));
    this.exited = new Promise((resolve) => {
      this.worker.once("exit", (code) => {
        this.fail(new Error(`the thread ended with exit code ${code}`));
        resolve();
      });
    });
  }

  call<Name extends keyof C>(
    call: Name,
    input: C[Name]["input"],
    transfer: readonly Transferable[] = [],
  ): Promise<C[Name]["output"]> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const id = ++this.lastId;
    // Not sooner: to wake the thread costs more than most calls.
    if (this.outbox.length === 0) setImmediate(() => this.post());
    this.outbox.push({ id, call, input });
    this.transfers.push(...transfer);
    return new Promise<unknown>((resolve, reject) => this.pending.set(id, { resolve, reject }));
  }

  /** Ends the thread. What still waits is rejected. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.worker.terminate();
    await this.exited;
  }

  private post(): void {
    const { outbox, transfers } = this;
    this.outbox = [];
    this.transfers = [];
    if (this.failure !== undefined) return;
    try {
      this.worker.postMessage(outbox, transfers);
    } catch (error) {
      // A buffer that cannot be handed over (already gone, or not owned) is the caller's mistake, not the thread's end.
      for (const request of outbox) this.take(request.id)?.reject(HubError.from(error));
    }
  }

  private settle(replies: readonly Reply[]): void {
    for (const reply of replies) {
      const waiting = this.take(reply.id);
      if ("fault" in reply) waiting?.reject(hubErrorOf(reply.fault));
      else waiting?.resolve(reply.output);
    }
  }

  private take(id: number): Pending | undefined {
    const waiting = this.pending.get(id);
    this.pending.delete(id);
    return waiting;
  }

  private fail(cause: unknown): void {
    if (this.failure !== undefined) return;
    const message = this.stopping ? "the store is closed" : `the store's ${this.title} stopped; ${this.advice}`;
    this.failure = new HubError("unavailable", message, { cause, level: this.stopping ? "debug" : "error" });
    for (const waiting of this.pending.values()) waiting.reject(this.failure);
    this.pending.clear();
    if (!this.stopping) this.onFailure(this.failure);
  }
}

/** The main thread's error for what an engine thread reports. */
export function hubErrorOf(fault: FaultMessage): HubError {
  return new HubError(fault.code, fault.message, fault.detail === undefined ? {} : { cause: fault.detail });
}
