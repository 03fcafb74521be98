import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2 } from "node:http2";
import { connect as connectTcp } from "node:net";

/** How a stream ended: the code and the words of Connect's last message, or what became of the connection. */
export interface RawEnd {
  readonly code: string;
  readonly message: string;
}

/** A connection from an address of choice, on which Sync streams are opened by hand, so that any bytes can be sent. */
export class RawConnection {
  readonly #session: ClientHttp2Session;

  constructor(url: string, localAddress: string) {
    const { hostname, port } = new URL(url);
    this.#session = connectHttp2(url, {
      createConnection: () => connectTcp({ host: hostname, port: Number(port), localAddress, noDelay: true }),
    });
    // What becomes of a connection shows at its streams.
    this.#session.on("error", () => {});
  }

  open(): RawSync {
    return new RawSync(
      this.#session.request({
        ":method": "POST",
        ":path": "/v1sync.BackrestSyncService/Sync",
        "content-type": "application/connect+proto",
        "connect-protocol-version": "1",
      }),
    );
  }

  close(): void {
    this.#session.destroy();
  }
}

/** How long an answer is waited for; every opening has its answer long before. */
const ANSWER_TIMEOUT_MS = 60_000;
const ENVELOPE_BYTES = 5;
const END_FLAG = 2;

/** One Sync stream: messages as bytes, in Connect's envelopes. */
export class RawSync {
  readonly #stream: ClientHttp2Stream;
  readonly #came: (Uint8Array | RawEnd)[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #wake = () => {};

  constructor(stream: ClientHttp2Stream) {
    this.#stream = stream;
    stream.on("data", (chunk: Buffer) => this.#read(chunk));
    stream.on("error", (error) => this.#put({ code: "broken", message: error.message }));
    stream.on("close", () => this.#put({ code: "closed", message: "the stream ended without a last message" }));
  }

  send(message: Uint8Array): void {
    const head = Buffer.alloc(ENVELOPE_BYTES);
    head.writeUInt32BE(message.byteLength, 1);
    if (this.#stream.writable) this.#stream.write(Buffer.concat([head, message]));
  }

  /** The hub's next message, or how it ended the stream. */
  async next(): Promise<Uint8Array | RawEnd> {
    const until = Date.now() + ANSWER_TIMEOUT_MS;
    for (;;) {
      const first = this.#came.shift();
      if (first !== undefined) return first;
      const leftMs = until - Date.now();
      if (leftMs <= 0) return { code: "silence", message: `nothing came within ${ANSWER_TIMEOUT_MS} ms` };
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  close(): void {
    this.#stream.close();
  }

  #read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= ENVELOPE_BYTES) {
      const end = ENVELOPE_BYTES + this.#rest.readUInt32BE(1);
      if (this.#rest.length < end) return;
      const message = this.#rest.subarray(ENVELOPE_BYTES, end);
      this.#put(this.#rest[0] === END_FLAG ? endOf(message) : message);
      this.#rest = this.#rest.subarray(end);
    }
  }

  #put(came: Uint8Array | RawEnd): void {
    this.#came.push(came);
    this.#wake();
  }
}

function endOf(message: Buffer): RawEnd {
  const { error } = JSON.parse(message.toString("utf8")) as { readonly error?: Partial<RawEnd> };
  return { code: error?.code ?? "ok", message: error?.message ?? "" };
}
