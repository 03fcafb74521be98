import type { DatabaseSync } from "node:sqlite";
import { parentPort } from "node:worker_threads";
import { openForWriting } from "./database.js";
import { StoreFault, faultMessage } from "./fault.js";
import type { Reply, Request, WriterCalls } from "./messages.js";
import { migrate } from "./migrate.js";
import { MIGRATIONS } from "./migrations/index.js";
import { WriteQueue } from "./write-queue.js";
import { Writer } from "./writer.js";

/** The writer thread: the one connection that writes. */
class WriterThread {
  private db: DatabaseSync | undefined;
  private queue: WriteQueue | undefined;

  constructor(private readonly port: NonNullable<typeof parentPort>) {
    port.on("message", (requests: Request<WriterCalls>[]) => this.receive(requests));
  }

  private receive(requests: readonly Request<WriterCalls>[]): void {
    for (const request of requests) {
      if (request.call === "open") this.answer(request, () => this.open(request.input as { file: string }));
      else if (request.call === "close") this.answer(request, () => this.close());
      else this.pass(request);
    }
  }

  private open({ file }: { file: string }): void {
    const db = openForWriting(file);
    try {
      migrate(db, MIGRATIONS);
      this.queue = new WriteQueue(db, new Writer(db), (replies, transfers) =>
        this.port.postMessage(replies, transfers),
      );
      this.db = db;
    } catch (error) {
      db.close();
      throw error;
    }
  }

  private pass(request: Request<WriterCalls>): void {
    if (this.queue !== undefined) this.queue.push([request]);
    else this.answer(request, () => closed());
  }

  private close(): void {
    this.queue?.drain();
    this.queue = undefined;
    this.db?.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    this.db?.close();
    this.db = undefined;
  }

  private answer(request: Request<WriterCalls>, carryOut: () => void): void {
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

function closed(): never {
  throw new StoreFault("unavailable", "the store is closed");
}

if (parentPort === null) throw new Error("the writer runs in a thread of its own");
new WriterThread(parentPort);
