import { randomInt } from "node:crypto";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { openStore } from "../../src/store/open.js";
import type { Store } from "../../src/store/store.js";
import { RandomClient } from "./client.js";
import { Model } from "./model.js";
import { TestPeer, listEvent, operation, temporaryDirectory } from "./operations.js";
import { Random } from "../support/random.js";

const HISTORIES = 200;
const STEPS = 40;

/** Set to play one history again. */
const SEED = Number(process.env["STORE_SEED"] ?? randomInt(2 ** 31));

describe("random histories", () => {
  test(`ST26: ${HISTORIES} histories from seed ${SEED} on are what the model says`, async () => {
    const directory = await temporaryDirectory();
    const store = await openStore({ file: join(directory.path, "hub.sqlite") });
    try {
      // Each with a peer of its own; the hub's numbers go on, and are compared from where they stand.
      for (let i = 0; i < HISTORIES; i++) {
        await play(store, SEED + i).catch((error: unknown) => {
          throw new Error(`the history of seed ${SEED + i} differs (STORE_SEED=${SEED + i})`, { cause: error });
        });
      }
    } finally {
      await store.close();
      await directory.remove();
    }
  }, 120_000);
});

async function play(store: Store, seed: number): Promise<void> {
  const random = new Random(seed);
  const peer = await TestPeer.add(store, `peer-${seed}`);
  const base = await hubCounters(store, peer);
  const client = new RandomClient(random);
  const model = new Model();
  let session = 1;
  for (let step = 0; step < STEPS; step++) {
    await takeStep();
    if (step % 4 === 3) expect(await rowsOf(peer, base)).toEqual(rowsOfModel(model));
  }
  expect((await store.findPeerByKey(peer.keyid))?.operationCount).toBe(BigInt(model.live.length));

  async function takeStep(): Promise<void> {
    const dice = random.next();
    if (dice < 0.35) await send(Array.from({ length: 1 + random.below(4) }, () => client.create()));
    else if (dice < 0.65) await send([client.change(), client.change()].filter((row) => row !== undefined));
    else if (dice < 0.8) await remove([client.delete(), client.delete(), 999n].filter((id) => id !== undefined));
    else if (dice < 0.85) await send(random.shuffled([...client.rows.values()]).slice(0, 3));
    else if (dice < 0.9) loseTouch();
    else if (dice < 0.91) client.reset();
    else if (dice < 0.95) client.backUpOrRestore();
    else await fullPass();
  }

  async function send(list: Parameters<Model["receive"]>[0]): Promise<void> {
    // Sometimes the same one twice in a list, an older state first.
    const doubled = random.chance(0.2) ? [...random.shuffled(list), ...list] : list;
    const kind = random.chance(0.5) ? "createdOperations" : "updatedOperations";
    const outcome = await peer.send(listEvent(doubled, kind), { session });
    expect(outcome).toMatchObject({ ...model.receive(doubled), session, poison: 0 });
  }

  async function remove(ids: readonly bigint[]): Promise<void> {
    const unique = [...new Set(ids)];
    expect((await peer.delete(unique, session)).removed).toBe(model.delete(unique));
  }

  /** What happens while the client is away reaches the hub only with the next pass. */
  function loseTouch(): void {
    for (let i = random.below(3); i > 0; i--) client.create();
    client.change();
    for (let i = random.below(3); i > 0; i--) client.delete();
    client.restart();
  }

  async function fullPass(): Promise<void> {
    session += 1;
    await store.beginPass({ peerId: peer.id, session, full: true });
    model.beginPass();
    const rows = random.shuffled([...client.rows.values()]);
    const half = random.below(rows.length + 1);
    await send(rows.slice(0, half));
    if (random.chance(0.3)) await send([client.create()]);
    await send(rows.slice(half));
    const outcome = await store.endPass({ peerId: peer.id, session, full: true, atMs: 1 });
    expect(outcome.removed).toBe(model.endFullPass());
  }
}

interface Counters {
  readonly id: bigint;
  readonly change: bigint;
}

/** Where the hub's numbers stand: read off an operation of another peer that is made for it. */
async function hubCounters(store: Store, peer: TestPeer): Promise<Counters> {
  const probe = await TestPeer.add(store, `probe-${peer.id}`);
  await probe.update([operation({ id: 1n })]);
  const [row] = await probe.operations();
  if (row === undefined) throw new Error("the probe was not stored");
  return { id: row.id, change: row.modno };
}

async function rowsOf(peer: TestPeer, base: Counters) {
  return (await peer.operations()).map((row) => ({
    id: row.id - base.id,
    flowId: row.flowId - base.id,
    change: row.modno - base.change,
    originalId: row.originalId,
    originalFlowId: row.originalFlowId,
    startMs: row.unixTimeStartMs,
    planId: row.planId,
    repoGuid: row.repoGuid,
    status: row.status,
    kind: row.op.case,
    displayMessage: row.displayMessage,
  }));
}

function rowsOfModel(model: Model) {
  return model.live
    .sort((a, b) => Number(a.id - b.id))
    .map(({ id, flowId, change, sent }) => ({
      id,
      flowId,
      change,
      originalId: sent.id,
      originalFlowId: sent.flowId === 0n ? sent.id : sent.flowId,
      startMs: sent.unixTimeStartMs,
      planId: sent.planId,
      repoGuid: sent.repoGuid,
      status: sent.status,
      kind: sent.op.case,
      displayMessage: sent.displayMessage,
    }));
}
