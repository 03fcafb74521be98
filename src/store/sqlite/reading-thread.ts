import { HubError } from "../../errors.js";
import { EngineThread } from "./engine-thread.js";
import type { ReaderCalls } from "./messages.js";

/** How often a thread is started again within {@link DEATHS_MS}; beyond it something is wrong that a start mends not. */
const MAX_DEATHS = 5;
const DEATHS_MS = 60_000;

export interface ReadingThreadOptions {
  readonly script: URL;
  readonly title: string;
  readonly file: string;
  /** Called when the thread died too often, and is not started again. */
  readonly onFailure: (error: HubError) => void;
}

/**
 * A thread that reads. Nothing is lost when it dies, of a read that takes more than its memory: what waits is rejected
 * with `unavailable`, and another thread takes its place.
 */
export class ReadingThread {
  private thread: EngineThread<ReaderCalls>;
  private deaths: number[] = [];
  /** A thread is started again only between its first opening and the closing. */
  private serving = false;

  constructor(private readonly options: ReadingThreadOptions) {
    this.thread = this.start();
  }

  async open(): Promise<void> {
    await this.thread.call("open", { file: this.options.file });
    this.serving = true;
  }

  call<Name extends keyof ReaderCalls>(
    call: Name,
    input: ReaderCalls[Name]["input"],
  ): Promise<ReaderCalls[Name]["output"]> {
    return this.thread.call(call, input);
  }

  /** Carries out what waits, closes the file and ends the thread. */
  async close(): Promise<void> {
    this.serving = false;
    try {
      await this.thread.call("close", undefined);
    } finally {
      await this.stop();
    }
  }

  async stop(): Promise<void> {
    this.serving = false;
    await this.thread.stop();
  }

  private start(): EngineThread<ReaderCalls> {
    const { script, title } = this.options;
    return new EngineThread(script, title, (error) => this.died(error), "it starts again by itself, ask again");
  }

  private died(error: HubError): void {
    if (!this.serving) return;
    const now = performance.now();
    this.deaths = [...this.deaths.filter((at) => now - at < DEATHS_MS), now];
    if (this.deaths.length > MAX_DEATHS) {
      this.serving = false;
      this.options.onFailure(error);
      return;
    }
    const thread = this.start();
    this.thread = thread;
    void this.reopen(thread);
  }

  /** Whoever calls from now on comes behind the opening. */
  private async reopen(thread: EngineThread<ReaderCalls>): Promise<void> {
    try {
      await thread.call("open", { file: this.options.file });
    } catch (error) {
      // One that died has another in its place by now; this one lives and is of no use.
      if (this.thread !== thread) return;
      await thread.stop();
      this.died(HubError.from(error));
    }
  }
}
