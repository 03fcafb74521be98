import type { DatabaseSync } from "node:sqlite";
import { type Transferable, parentPort } from "node:worker_threads";
import { openForReading } from "./database.js";
import { StoreFault, faultMessage } from "./fault.js";
import type { ReaderCalls, Reply, Request } from "./messages.js";
import { Reader } from "./reader.js";

/** The reader thread: a connection of its own that sees what is committed. */
class ReaderThread {
  private db: DatabaseSync | undefined;
  private reader: Reader | undefined;

  constructor(private readonly port: NonNullable<typeof parentPort>) {
    port.on("message", (requests: Request<ReaderCalls>[]) => {
      for (const request of requests) this.answer(request);
    });
  }

  private answer(request: Request<ReaderCalls>): void {
    const transfers: Transferable[] = [];
    let reply: Reply;
    try {
      reply = { id: request.id, output: this.carryOut(request, transfers) };
    } catch (error) {
      reply = { id: request.id, fault: faultMessage(error) };
    }
    this.port.postMessage([reply], transfers);
  }

  private carryOut(request: Request<ReaderCalls>, transfers: Transferable[]): unknown {
    switch (request.call) {
      case "open":
        return this.open(request.input as { file: string });
      case "close":
        return this.close();
      default:
        if (this.reader === undefined) throw new StoreFault("unavailable", "the store is closed");
        return this.reader.handle(request, transfers);
    }
  }

  private open({ file }: { file: string }): void {
    this.db = openForReading(file);
    this.reader = new Reader(this.db);
  }

  private close(): void {
    this.reader = undefined;
    this.db?.close();
    this.db = undefined;
  }
}

if (parentPort === null) throw new Error("the reader runs in a thread of its own");
new ReaderThread(parentPort);
