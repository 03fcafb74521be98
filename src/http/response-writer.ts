import { Code, ConnectError } from "@connectrpc/connect";
import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import type { NodeServerResponse } from "./node-types.js";

/** Pieces in which a response is handed on, so that what is queued in the transport stays small. */
const PIECE_BYTES = 64 * 1024;
/** What comes in messages. Of it nginx would hold back a few until many have come, unless it is told not to. */
const STREAM = /^application\/(?:connect\+|grpc)/i;

/**
 * Writes what Connect answers. Connect's own writer waits for ever on a caller that went away while a response was
 * blocked, and the handler behind it is then never finalised; this one tells the handler.
 *
 * @param progressed called whenever the transport took something of the response
 */
export async function writeResponse(
  answer: UniversalServerResponse,
  response: NodeServerResponse,
  progressed: () => void,
): Promise<void> {
  const messages = answer.body?.[Symbol.asyncIterator]();
  const writer = new ResponseWriter(response, progressed);
  try {
    // Handlers may set headers until they yield their first message.
    let message = await messages?.next();
    writer.head(answer);
    while (message !== undefined && message.done !== true) {
      const written = await writer.write(message.value).then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      if (written !== undefined) {
        finalise(messages?.throw?.(written.error));
        return;
      }
      message = await messages?.next();
    }
    writer.end(answer);
  } finally {
    writer.release();
    finalise(messages?.return?.());
  }
}

class ResponseWriter {
  readonly #response: NodeServerResponse;
  readonly #progressed: () => void;
  #closed = false;
  #settle: ((error?: ConnectError) => void) | undefined;

  constructor(response: NodeServerResponse, progressed: () => void) {
    this.#response = response;
    this.#progressed = progressed;
    response.on("drain", this.#onDrain).on("close", this.#onClose);
    if (response.destroyed) this.#closed = true;
  }

  head(answer: UniversalServerResponse): void {
    if (this.#closed) return;
    for (const [name, value] of answer.header ?? []) this.#response.appendHeader(name, value);
    // Said now: a head that is only sent with the end of a response has no trailers in HTTP/2.
    if ("stream" in this.#response) return void this.#response.writeHead(answer.status);
    if (STREAM.test(answer.header?.get("content-type") ?? "")) this.#response.setHeader("x-accel-buffering", "no");
    this.#response.writeHead(answer.status);
  }

  /** Resolves when the transport takes more; rejects when the caller is gone. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength || at === 0; at += PIECE_BYTES) {
      if (this.#closed) throw callerGone();
      if (this.#put(bytes.subarray(at, at + PIECE_BYTES))) continue;
      await this.#drained();
    }
  }

  end(answer: UniversalServerResponse): void {
    if (this.#closed) return;
    if (answer.trailer !== undefined) this.#response.addTrailers(Object.fromEntries(answer.trailer));
    this.#response.end();
  }

  release(): void {
    this.#response.off("drain", this.#onDrain).off("close", this.#onClose);
  }

  #put(piece: Uint8Array): boolean {
    // The two signatures have no common one to be called by.
    if ("stream" in this.#response) return this.#response.write(piece, this.#progressed);
    return this.#response.write(piece, this.#progressed);
  }

  #drained(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = (error) => {
        this.#settle = undefined;
        if (error === undefined) resolve();
        else reject(error);
      };
    });
  }

  readonly #onDrain = (): void => this.#settle?.();

  readonly #onClose = (): void => {
    this.#closed = true;
    this.#settle?.(callerGone());
  };
}

function callerGone(): ConnectError {
  return new ConnectError("the caller went away before it had the whole answer", Code.Aborted);
}

/** Lets an iterator clean up; what it makes of that is nobody's business any more. */
function finalise(ending: Promise<unknown> | undefined): void {
  ending?.catch(() => undefined);
}
