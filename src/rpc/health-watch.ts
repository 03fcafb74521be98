/**
 * A status now, and again whenever it has changed, until the signal aborts. A reader that is slow gets the latest
 * status, not every one in between.
 * @param onChange takes a listener and gives a function that takes it away again
 */
export async function* followStatus<T>(
  read: () => T,
  onChange: (listener: () => void) => () => void,
  signal: AbortSignal,
): AsyncGenerator<T> {
  let wake = () => {};
  const changed = () => wake();
  const stop = onChange(changed);
  signal.addEventListener("abort", changed);
  try {
    let last: T | undefined;
    while (!signal.aborted) {
      const status = read();
      if (status === last) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else {
        last = status;
        yield status;
      }
    }
  } finally {
    signal.removeEventListener("abort", changed);
    stop();
  }
}
