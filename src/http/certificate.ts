import { readFile, stat } from "node:fs/promises";
import type { Logger } from "pino";
import { HubError } from "../errors.js";
import { nodeErrorCode } from "./node-types.js";

const LOOK_EVERY_MS = 5_000;

export interface CertificateFiles {
  /** PEM: the certificate and whatever chain goes with it. */
  readonly certFile: string;
  /** PEM: its private key. */
  readonly keyFile: string;
  /** How often the files are looked at; 5 s unless told. */
  readonly lookEveryMs?: number;
}

/**
 * The certificate that new connections get. The files are looked at by their times and not by events, since volumes
 * that are mounted or swapped (Kubernetes, NFS) give none.
 */
export class Certificate {
  readonly #files: CertificateFiles;
  readonly #logger: Logger;
  readonly #use: (credentials: { cert: Buffer; key: Buffer }) => void;
  #seen = "";
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  /** @param use takes the loaded files, or throws when they cannot be used */
  constructor(files: CertificateFiles, logger: Logger, use: (credentials: { cert: Buffer; key: Buffer }) => void) {
    this.#files = files;
    this.#logger = logger;
    this.#use = use;
  }

  /**
   * Loads the files and begins to look at them.
   *
   * @throws HubError `failed_precondition` when they cannot be used
   */
  async start(): Promise<void> {
    try {
      this.#seen = await this.#times();
      await this.#load();
    } catch (error) {
      const { certFile, keyFile } = this.#files;
      const words = `the certificate ${certFile} with the key ${keyFile} cannot be used: ${String(error)}`;
      throw new HubError("failed_precondition", words, { cause: error });
    }
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined;
      });
    }, this.#files.lookEveryMs ?? LOOK_EVERY_MS);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    try {
      const times = await this.#times();
      if (times === this.#seen) return;
      this.#seen = times;
      await this.#load();
      this.#logger.info({ file: this.#files.certFile }, "new connections get the changed certificate");
    } catch (error) {
      if (this.#seen === UNREADABLE) return;
      if (nodeErrorCode(error) === "ENOENT") this.#seen = UNREADABLE;
      this.#logger.warn(
        { file: this.#files.certFile, reason: String(error) },
        "the changed certificate cannot be used; connections still get the one before",
      );
    }
  }

  async #times(): Promise<string> {
    const { certFile, keyFile } = this.#files;
    const stats = await Promise.all([certFile, keyFile].map((file) => stat(file, { bigint: true })));
    return stats.map(({ mtimeNs, size, ino }) => `${mtimeNs} ${size} ${ino}`).join(" ");
  }

  async #load(): Promise<void> {
    const { certFile, keyFile } = this.#files;
    const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
    this.#use({ cert, key });
  }
}

/** Stands for files that are not there, so that their absence is logged once. */
const UNREADABLE = "unreadable";
