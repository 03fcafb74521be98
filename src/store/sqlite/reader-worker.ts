import type { DatabaseSync } from "node:sqlite";
import { type MessagePort, type Transferable, parentPort } from "node:worker_threads";
import { openForReading } from "./database.js";
import { StoreFault, faultMessage } from "./fault.js";
import type { ReaderRequest, Reply } from "./messages.js";
import { Reader } from "./reader.js";

/** The reader thread: a connection of its own that sees what is committed. */
class ReaderThread {
  private db: DatabaseSync | undefined;
  private reader: Reader | undefined;

  constructor(private readonly port: MessagePort) {}

  answer(request: ReaderRequest): void {
    const transfers: Transferable[] = [];
    let reply: Reply;
    try {
      reply = { id: request.id, output: this.carryOut(request, transfers) };
    } catch (error) {
      reply = { id: request.id, fault: faultMessage(error) };
    }
    this.port.postMessage([reply], transfers);
  }

  private carryOut(request: ReaderRequest, transfers: Transferable[]): unknown {
    if (request.call === "open") return this.open(request.input.file);
    if (request.call === "close") return this.close();
    if (this.reader === undefined) throw new StoreFault("unavailable", "the store is closed");
    return this.reader.handle(request, transfers);
  }

  private open(file: string): void {
    this.db = openForReading(file);
    this.reader = new Reader(this.db);
  }

  private close(): void {
    this.reader = undefined;
    this.db?.close();
    this.db = undefined;
  }
}

function serve(port: MessagePort): void {
  const thread = new ReaderThread(port);
  port.on("message", (requests: ReaderRequest[]) => {
    for (const request of requests) thread.answer(request);
  });
}

if (parentPort === null) throw new Error("the reader runs in a thread of its own");
serve(parentPort);
