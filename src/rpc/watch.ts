import type { RequestConnection } from "../request-context.js";

/**
 * Passes a stream on and cuts its connection when the reader has not taken a message for `stallTimeoutMs`: nothing else
 * ends a reader that is there and does not read.
 */
export async function* cutWhenStalled<T>(
  source: AsyncIterable<T>,
  connection: Pick<RequestConnection, "cut"> | undefined,
  stallTimeoutMs: number,
): AsyncGenerator<T> {
  for await (const message of source) {
    using _ = stallTimer(connection, stallTimeoutMs);
    yield message;
  }
}

/** Cuts the connection unless it is disposed of in time. */
export function stallTimer(connection: Pick<RequestConnection, "cut"> | undefined, stallTimeoutMs: number): Disposable {
  const timer = setTimeout(() => connection?.cut(), stallTimeoutMs);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

/** Closes what is watched as soon as the stream is gone: a generator that waits is otherwise never finalised. */
export function closeOnAbort(signal: AbortSignal, watcher: { close(): void }): void {
  if (signal.aborted) watcher.close();
  else signal.addEventListener("abort", () => watcher.close(), { once: true });
}
