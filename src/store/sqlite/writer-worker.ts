import type { DatabaseSync } from "node:sqlite";
import { type MessagePort, parentPort } from "node:worker_threads";
import { openForWriting } from "./database.js";
import { StoreFault, faultMessage } from "./fault.js";
import type { Reply, WriterCalls, WriterRequest } from "./messages.js";
import { migrate } from "./migrate.js";
import { MIGRATIONS } from "./migrations/index.js";
import { WriteQueue } from "./write-queue.js";
import { Writer } from "./writer.js";

/** The writer thread: the one connection that writes. */
class WriterThread {
  private db: DatabaseSync | undefined;
  private queue: WriteQueue | undefined;

  constructor(private readonly port: MessagePort) {}

  receive(request: WriterRequest): void {
    if (request.call === "open") this.answer(request, () => this.open(request.input));
    else if (request.call === "close") this.answer(request, () => this.close());
    else if (this.queue !== undefined) this.queue.push(request);
    else this.answer(request, refuse);
  }

  private open({ file, operationRules }: WriterCalls["open"]["input"]): void {
    const db = openForWriting(file);
    try {
      migrate(db, MIGRATIONS);
      const target = new Writer(db, operationRules);
      this.queue = new WriteQueue(db, target, (replies, transfers) => this.port.postMessage(replies, transfers));
      this.db = db;
    } catch (error) {
      db.close();
      throw error;
    }
  }

  private close(): void {
    this.queue?.drain();
    this.queue = undefined;
    this.db?.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    this.db?.close();
    this.db = undefined;
  }

  private answer(request: WriterRequest, carryOut: () => void): void {
    let reply: Reply;
    try {
      carryOut();
      reply = { id: request.id, output: undefined };
    } catch (error) {
      reply = { id: request.id, fault: faultMessage(error) };
    }
    this.port.postMessage([reply]);
  }
}

function refuse(): never {
  throw new StoreFault("unavailable", "the store is closed");
}

function serve(port: MessagePort): void {
  const thread = new WriterThread(port);
  port.on("message", (requests: WriterRequest[]) => {
    for (const request of requests) thread.receive(request);
  });
}

if (parentPort === null) throw new Error("the writer runs in a thread of its own");
serve(parentPort);
