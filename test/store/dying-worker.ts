import { parentPort } from "node:worker_threads";
import type { ReaderRequest } from "../../src/store/sqlite/messages.js";

/** An engine thread that answers `stats` and dies of everything else. */
parentPort?.on("message", (requests: ReaderRequest[]) => {
  for (const { id, call } of requests) {
    if (call !== "stats") throw new Error("the thread dies");
    parentPort?.postMessage([{ id, output: "alive" }]);
  }
});
