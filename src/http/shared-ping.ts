import type { Http2Session } from "node:http2";

/** Pings of one HTTP/2 session; whoever asks while one is on its way waits for that one. */
export class SharedPing {
  readonly #session: Http2Session;
  #flying: Promise<void> | undefined;

  constructor(session: Http2Session) {
    this.#session = session;
  }

  /** Rejects when no answer came within `timeoutMs`, or when the session is gone. */
  async ping(timeoutMs: number): Promise<void> {
    this.#flying ??= this.#send().finally(() => {
      this.#flying = undefined;
    });
    await within(this.#flying, timeoutMs);
  }

  #send(): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (): void => reject(new Error("the connection is gone"));
      if (this.#session.destroyed) return fail();
      this.#session.once("close", fail);
      const sent = this.#session.ping((error) => {
        this.#session.off("close", fail);
        if (error === null) resolve();
        else reject(error);
      });
      if (!sent) fail();
    });
  }
}

function within(answer: Promise<void>, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer to a ping within ${timeoutMs} ms`)), timeoutMs);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
