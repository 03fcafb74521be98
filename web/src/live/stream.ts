import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { BoardService, type WatchBoardResponse } from "../../../gen/hub/v1/board_pb.js";
import { hubTransport } from "../rpc/transport.js";
import type { LiveState, ToPage } from "./messages.js";
import { changeBetween, NOTHING_YET, withFleet, withRefused } from "./reduce.js";

/** The hub sends something at least every 25 s. */
const SILENCE_MS = 40_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** States are told at most so often: a burst of changes is one. */
const TELL_EVERY_MS = 80;

/** Holds the one stream to the hub for all pages, for as long as it is wanted, and heals it. */
export class BoardStream {
  readonly #tell: (message: ToPage) => void;
  readonly #client;
  #state: LiveState = NOTHING_YET;
  /** What all pages know; who comes later is given the whole state, and hears some of it once more. */
  #told: LiveState = NOTHING_YET;
  #stop: AbortController | undefined;
  #failures = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #tellTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(root: URL, tell: (message: ToPage) => void) {
    this.#tell = tell;
    this.#client = createClient(BoardService, hubTransport(root, []));
  }

  get state(): LiveState {
    return this.#state;
  }

  start(): void {
    if (this.#stop === undefined && this.#retryTimer === undefined) void this.#follow();
  }

  /** Tries at once, also where the next try is not due. */
  retry(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.start();
  }

  stop(): void {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#tellTimer);
    this.#retryTimer = undefined;
    this.#tellTimer = undefined;
    this.#stop?.abort();
    this.#stop = undefined;
  }

  async #follow(): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    let silence: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => stop.abort(), SILENCE_MS);
    };
    try {
      heard();
      const opening: Opening = { fleet: true, refused: true };
      for await (const message of this.#client.watchBoard({}, { signal: stop.signal, timeoutMs: 0 })) {
        if (this.#stop !== stop) return;
        heard();
        this.#take(message, opening);
      }
      this.#lost(stop, new ConnectError("the hub ended the stream", Code.Unavailable));
    } catch (reason) {
      this.#lost(stop, ConnectError.from(reason));
    } finally {
      clearTimeout(silence);
    }
  }

  #take({ change }: WatchBoardResponse, opening: Opening): void {
    const { link } = this.#state;
    this.#failures = 0;
    if (link.state !== "live") {
      this.#state = { ...this.#state, link: { state: "live" } };
      if (link.state === "lost") this.#tell({ type: "healed" });
      this.#tellSoon();
    }
    switch (change.case) {
      case "fleet":
        this.#state = withFleet(this.#state, change.value, opening.fleet, Date.now());
        if (!opening.fleet || change.value.summary === undefined) return this.#tellSoon();
        opening.fleet = false;
        // What a page waits for to show anything is not kept back.
        return this.#tellNow();
      case "refused":
        if (opening.refused) this.#state = { ...this.#state, refused: new Map() };
        opening.refused = false;
        this.#state = withRefused(this.#state, change.value);
        return this.#tellSoon();
      case "operations":
        if (change.value.event.case !== "keepAlive") this.#tell({ type: "operations", event: change.value });
        return;
      case "lists":
        return this.#tell({ type: "lists", changed: change.value });
    }
  }

  #lost(stop: AbortController, error: ConnectError): void {
    // One that was stopped on purpose has been forgotten by then.
    if (this.#stop !== stop) return;
    this.#stop = undefined;
    if (error.code === Code.Unauthenticated) {
      this.#state = { ...NOTHING_YET, link: { state: "signed-out" } };
      return this.#tellSoon();
    }
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** this.#failures, LONGEST_WAIT_MS) * (0.75 + Math.random() / 2);
    this.#failures += 1;
    const { link } = this.#state;
    const nowMs = Date.now();
    const sinceMs = link.state === "lost" ? link.sinceMs : nowMs;
    this.#state = {
      ...this.#state,
      link: { state: "lost", sinceMs, nextTryMs: nowMs + waitMs, message: error.rawMessage },
    };
    this.#retryTimer = setTimeout(() => this.retry(), waitMs);
    this.#tellSoon();
  }

  #tellSoon(): void {
    this.#tellTimer ??= setTimeout(() => this.#tellNow(), TELL_EVERY_MS);
  }

  #tellNow(): void {
    clearTimeout(this.#tellTimer);
    this.#tellTimer = undefined;
    const change = changeBetween(this.#told, this.#state);
    this.#told = this.#state;
    this.#tell({ type: "change", change });
  }
}

/** Which parts of a stream have yet to begin: their first message stands for all that there is. */
interface Opening {
  fleet: boolean;
  refused: boolean;
}
