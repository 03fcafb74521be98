import type { DatabaseSync } from "node:sqlite";
import type { Transferable } from "node:worker_threads";
import type { StoreStats } from "../store.js";
import type { ReaderCalls, Request } from "./messages.js";
import { OperationQueries } from "./operation-queries.js";
import { PeerRows } from "./peer-rows.js";
import { Statement } from "./statement.js";

type Handlers = {
  readonly [Name in keyof ReaderCalls]?: (
    input: ReaderCalls[Name]["input"],
    transfers: Transferable[],
  ) => ReaderCalls[Name]["output"];
};

/** Carries out what the reader thread is asked for, each call over one state of the database. */
export class Reader {
  private readonly peers: PeerRows;
  private readonly operations: OperationQueries;
  private readonly begin: Statement;
  private readonly end: Statement;
  private readonly selectStats: Statement<[peers: bigint, live: bigint, removed: bigint, poison: bigint]>;

  constructor(db: DatabaseSync) {
    this.peers = new PeerRows(db);
    this.operations = new OperationQueries(db);
    this.begin = new Statement(db, "BEGIN");
    this.end = new Statement(db, "COMMIT");
    this.selectStats = new Statement(
      db,
      `SELECT (SELECT count(*) FROM peers WHERE removed_ms IS NULL),
         coalesce(sum(live), 0), coalesce(sum(removed), 0), coalesce(sum(poison), 0)
       FROM peer_counts`,
    );
  }

  private readonly handlers: Handlers = {
    listPeers: () => this.peers.all(),
    findPeerByKey: ({ keyid }) => this.peers.byKey(keyid),
    findPeerByInstance: ({ instanceId }) => this.peers.byInstance(instanceId),
    queryOperations: (query, transfers) => {
      const answer = this.operations.run(query);
      transfers.push(answer.bytes.buffer);
      return answer;
    },
    stats: () => this.stats(),
  };

  handle(request: Request<ReaderCalls>, transfers: Transferable[]): unknown {
    const handler = this.handlers[request.call];
    if (handler === undefined) throw new Error(`the reader does not know the call ${String(request.call)}`);
    this.begin.run();
    try {
      return handler(request.input as never, transfers);
    } finally {
      this.end.run();
    }
  }

  private stats(): StoreStats {
    const [peers, operations, removed, poison] = this.selectStats.get() ?? [0n, 0n, 0n, 0n];
    return { peers: Number(peers), operations, removed, poison };
  }
}
