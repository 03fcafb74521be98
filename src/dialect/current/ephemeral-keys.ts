import { type EphemeralKey, generateEphemeralKey } from "./kem.js";

/**
 * Ephemeral keys made ahead while there is nothing better to do: making one is half the work of a key exchange, and
 * after a restart all peers come at once. Each is handed out once.
 */
export class EphemeralKeys {
  readonly #ahead: number;
  readonly #keys: EphemeralKey[] = [];
  #filling = false;
  #closed = false;

  /** @param ahead how many to hold; 0 makes each when it is asked for */
  constructor(ahead: number) {
    this.#ahead = ahead;
    this.#start();
  }

  /** How many are ready. */
  get ready(): number {
    return this.#keys.length;
  }

  async take(): Promise<EphemeralKey> {
    const key = this.#keys.pop() ?? (await generateEphemeralKey());
    this.#start();
    return key;
  }

  /** Makes no more keys and forgets those that are ready. */
  close(): void {
    this.#closed = true;
    this.#keys.length = 0;
  }

  #start(): void {
    if (this.#filling) return;
    this.#filling = true;
    void this.#fill().finally(() => {
      this.#filling = false;
    });
  }

  /** One after the other, so that exchanges find threads of the pool free. */
  async #fill(): Promise<void> {
    try {
      while (!this.#closed && this.#keys.length < this.#ahead) {
        const key = await generateEphemeralKey();
        if (!this.#closed) this.#keys.push(key);
      }
    } catch {
      // Whoever asks for a key makes it then, and learns why it fails.
    }
  }
}
