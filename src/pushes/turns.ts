/** Work that is done one piece after the other, in the order in which it came up, whether the one before failed or not. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    // Whoever took the turn hears of its failure; the next one begins anew.
    this.#last = done.catch(() => {});
    return done;
  }

  /** Waits for what is under way. */
  async settled(): Promise<void> {
    await this.#last;
  }
}
