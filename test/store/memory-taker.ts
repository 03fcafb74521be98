import { parentPort } from "node:worker_threads";
import type { ReaderRequest } from "../../src/store/sqlite/messages.js";

/** Takes more memory than the thread may have when it is asked for the plan "memory". */
parentPort?.on("message", (requests: ReaderRequest[]) => {
  if (requests.some(({ call, input }) => call === "queryOperations" && input.planId === "memory")) takeAllMemory();
});

function takeAllMemory(): void {
  const taken: number[][] = [];
  for (;;) taken.push(Array.from({ length: 100_000 }, (_, i) => i / 3));
}
