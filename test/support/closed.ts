import type { EventEmitter } from "node:events";

/**
 * Waits until the other side has closed a connection or a stream. A reset is an end like any other here: whether one
 * comes depends on what is on its way in that moment, so an `error` does not reject.
 */
export async function closed(connection: EventEmitter & { destroyed: boolean }, withinMs = 10_000): Promise<void> {
  if (connection.destroyed) return;
  const ignore = () => undefined;
  connection.on("error", ignore);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`still open after ${withinMs} ms`)), withinMs);
  connection.once("close", resolve);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    connection.off("close", resolve);
  }
}
