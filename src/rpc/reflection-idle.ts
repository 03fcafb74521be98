import { HubError } from "../errors.js";

/**
 * Passes a stream's requests on. A stream that sends none for `idleMs` ends with `deadline_exceeded`; the time that
 * the consumer takes for a request does not count.
 * @param signal aborts when the stream is gone
 */
export async function* whileBusy<T>(
  requests: AsyncIterable<T>,
  idleMs: number,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const iterator = requests[Symbol.asyncIterator]();
  for (;;) {
    const next = await nextWithin(iterator, idleMs, signal);
    if (next.done === true) return;
    yield next.value;
  }
}

async function nextWithin<T>(
  iterator: AsyncIterator<T>,
  idleMs: number,
  signal: AbortSignal,
): Promise<IteratorResult<T>> {
  const next = Promise.withResolvers<IteratorResult<T>>();
  const gone = () => next.reject(signal.reason);
  const timer = setTimeout(() => next.reject(idle(idleMs)), idleMs);
  signal.addEventListener("abort", gone, { once: true });
  if (signal.aborted) gone();
  iterator.next().then(next.resolve, next.reject);
  try {
    return await next.promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", gone);
  }
}

function idle(idleMs: number): HubError {
  return new HubError(
    "deadline_exceeded",
    `nothing was asked on this stream for ${idleMs / 1_000} s; open another one to ask more`,
    { level: "debug" },
  );
}
