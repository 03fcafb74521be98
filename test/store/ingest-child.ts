import { openStore } from "../../src/store/open.js";
import { listEvent, operation } from "./operations.js";

/**
 * A process to be killed: stores operations from an id on, 64 messages of 16 at a time, and writes the first id of each
 * message that was answered as a line to its standard output.
 */
const [, , file = "", first = "1"] = process.argv;
const BATCH = 16n;

const store = await openStore({ file });
const peer = await store.addPeer({ instanceId: "laptop", keyid: "key", generation: "seed", atMs: 1 });
let next = BigInt(first);

async function sendForEver(): Promise<void> {
  for (;;) {
    const from = next;
    next += BATCH;
    const operations = Array.from({ length: Number(BATCH) }, (_, i) => operation({ id: from + BigInt(i) }));
    const frame = { peerId: peer.id, session: 1, keyid: "key", event: listEvent(operations), atMs: 2 };
    // One after the other: a sender waits for its answer.
    // oxlint-disable-next-line no-await-in-loop
    await store.ingest(frame);
    process.stdout.write(`${from}\n`);
  }
}

await Promise.all(Array.from({ length: 64 }, sendForEver));
