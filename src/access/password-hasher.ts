import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { HubError } from "../errors.js";

/**
 * Argon2id with 32 MiB and two passes, above what OWASP's password storage cheat sheet asks for at least (19 MiB and
 * two): about 65 ms. A hash carries its parameters, so that later ones can be others.
 */
const MEMORY_KIB = 32 * 1024;
const PASSES = 2;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

const MAX_AT_ONCE = 2;
const MAX_WAITING = 32;

interface Parameters {
  readonly memory: number;
  readonly passes: number;
  readonly nonce: Uint8Array;
}

/** What is worked through for a user that does not exist; that it is nobody's hash decides, not what comes out. */
const DECOY = phc(new Uint8Array(SALT_BYTES), new Uint8Array(HASH_BYTES));

/** Whose password it is: of somebody who has shown to be a user before, or of a stranger. */
export type Standing = "known" | "stranger";

/**
 * Hashes passwords off the event loop, two at a time; who would have to wait behind 32 others is told to come later.
 * Who is known goes first and waits behind no stranger, so that guesses from everywhere lock nobody out.
 */
export class PasswordHasher {
  readonly #waiting: Readonly<Record<Standing, (() => void)[]>> = { known: [], stranger: [] };
  #running = 0;

  /**
   * A hash in the PHC string format: `$argon2id$v=19$m=…,t=…,p=1$salt$hash`.
   * Errors: `resource_exhausted`.
   */
  async hash(password: string, standing: Standing): Promise<string> {
    const nonce = randomBytes(SALT_BYTES);
    const hash = await this.#derive(password, { memory: MEMORY_KIB, passes: PASSES, nonce }, standing);
    return phc(nonce, hash);
  }

  /**
   * Whether it is the password. Without a hash, for a user that does not exist, it takes as long and is false.
   * Errors: `resource_exhausted`.
   */
  async verify(password: string, hash: string | undefined, standing: Standing): Promise<boolean> {
    const { parameters, wanted } = parse(hash ?? DECOY);
    const found = await this.#derive(password, parameters, standing);
    return timingSafeEqual(found, wanted) && hash !== undefined;
  }

  async #derive(password: string, { memory, passes, nonce }: Parameters, standing: Standing): Promise<Uint8Array> {
    await this.#turn(this.#waiting[standing]);
    try {
      return await new Promise((resolve, reject) => {
        const options = { message: password, nonce, parallelism: 1, tagLength: HASH_BYTES, memory, passes };
        argon2("argon2id", options, (error, key) => (error === null ? resolve(key) : reject(error)));
      });
    } finally {
      const next = this.#waiting.known.shift() ?? this.#waiting.stranger.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  /** Who ends hands its place to the one that waits the longest. */
  #turn(waiting: (() => void)[]): Promise<void> {
    if (this.#running < MAX_AT_ONCE) {
      this.#running += 1;
      return Promise.resolve();
    }
    if (waiting.length >= MAX_WAITING) {
      return Promise.reject(
        new HubError("resource_exhausted", "too many passwords are being checked at once; try again in a moment"),
      );
    }
    return new Promise((resolve) => waiting.push(resolve));
  }
}

function phc(nonce: Uint8Array, hash: Uint8Array): string {
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=1$${base64(nonce)}$${base64(hash)}`;
}

function parse(hash: string): { parameters: Parameters; wanted: Uint8Array } {
  const [, memory, passes, salt, wanted] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([^$]+)\$([^$]+)$/.exec(hash) ?? [];
  if (salt === undefined || wanted === undefined) throw new HubError("internal", "a stored password hash is damaged");
  return {
    parameters: { memory: Number(memory), passes: Number(passes), nonce: Buffer.from(salt, "base64") },
    wanted: Buffer.from(wanted, "base64"),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}
