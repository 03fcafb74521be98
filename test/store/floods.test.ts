import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { openStore } from "../../src/store/open.js";
import type { HubError } from "../../src/errors.js";
import type { Store } from "../../src/store/store.js";
import { TestPeer, lengthDelimited, operation, temporaryDirectory } from "./operations.js";

const MIB = 1024 * 1024;

describe("messages of very many parts", () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let store: Store;
  let peer: TestPeer;
  let failures: HubError[];
  beforeEach(async () => {
    directory = await temporaryDirectory();
    failures = [];
    store = await openStore({
      file: join(directory.path, "hub.sqlite"),
      onFailure: (error) => failures.push(error),
    });
    peer = await TestPeer.add(store, "laptop");
    await peer.update([operation({ id: 1n })]);
  });
  afterEach(async () => {
    expect(failures).toEqual([]);
    expect(await peer.operations({ planId: "home" })).toMatchObject([{ originalId: 1n }]);
    expect(await peer.update([operation({ id: 2n })])).toMatchObject({ created: 1 });
    await store.close();
    await directory.remove();
  });

  const refused = { code: "resource_exhausted", message: expect.stringContaining("send them in several") };

  test("ST34: a list of two million empty operations is refused, one of 65,536 is poison", async () => {
    await expect(peer.send(emptyOperations(2 * MIB))).rejects.toMatchObject(refused);
    await expect(peer.send(emptyOperations(65_537))).rejects.toMatchObject(refused);
    expect(await peer.send(emptyOperations(65_536))).toMatchObject({ poison: 65_536 });
    expect(await store.stats()).toMatchObject({ poison: 65_536n });
  });

  test("ST34: operations of a few bytes are refused or stored", async () => {
    await expect(peer.send(smallOperations(800_000))).rejects.toMatchObject(refused);
    await store.followEvents(true);
    const outcome = await peer.send(smallOperations(65_536));
    expect(outcome).toMatchObject({ created: 65_536, poison: 0 });
    expect(outcome.events).toHaveLength(1);
    expect(await peer.send(smallOperations(65_536))).toMatchObject({ unchanged: 65_536 });
  });

  test("ST34: 32 MiB of deleted ids are refused, a million is carried out", async () => {
    await expect(peer.send(deletedIds(32 * MIB, 9))).rejects.toMatchObject(refused);
    expect(await peer.send(deletedIds(1_000_000, 9))).toMatchObject({ removed: 0 });
    await peer.update([operation({ id: 9n })]);
    expect(await peer.send(deletedIds(1_000_000, 9))).toMatchObject({ removed: 1 });
  }, 60_000);

  test("ST34: a message of millions of empty lists asks for nothing", async () => {
    for (const tag of [0x12, 0x1a, 0x22]) {
      const event = new Uint8Array(8 * MIB);
      for (let i = 0; i < event.length; i += 2) event[i] = tag;
      expect(await peer.send(event)).toMatchObject({ created: 0, updated: 0, removed: 0, poison: 0 });
    }
  });

  test("ST38: a message is handed over as it lies in what brought it, and its memory is free when it is stored", async () => {
    const before = process.memoryUsage().arrayBuffers;
    const head = lengthDelimited(5, 64 * MIB);
    const brought = new Uint8Array(10 + head.length + 64 * MIB);
    brought.set(head, 10);
    await peer.send(brought.subarray(10));
    expect(brought.byteLength).toBe(0);
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(before + 8 * MIB);
  });

  test("ST38: a small part of something large does not take it along", async () => {
    const brought = new Uint8Array(MIB);
    brought.set(lengthDelimited(5, 0));
    await peer.send(brought.subarray(0, 2));
    expect(brought.byteLength).toBe(MIB);
  });

  test("ST34: a pass of which a message was refused removes nothing", async () => {
    const pass = { peerId: peer.id, session: 1, full: true };
    await store.beginPass(pass);
    await expect(peer.send(emptyOperations(65_537))).rejects.toMatchObject(refused);
    expect(await store.endPass({ ...pass, atMs: 1 })).toMatchObject({ markHeld: false, removed: 0 });
  });

  test("ST15: a flow of a hundred thousand operations that is used again and again holds nobody up", async () => {
    const inFlow = { flowId: 100n, planId: "photos" };
    const followers = Array.from({ length: 100_000 }, (_, i) => operation({ id: BigInt(i + 101), ...inFlow }));
    for (let from = 0; from < followers.length; from += 50_000) await peer.update(followers.slice(from, from + 50_000));
    const begun = performance.now();
    for (let turn = 0; turn < 20; turn++) {
      await peer.update([operation({ id: 100n, ...inFlow, unixTimeStartMs: BigInt(5 + (turn % 2)) })]);
    }
    expect(performance.now() - begun).toBeLessThan(1_000);
  }, 60_000);

  test("ST6: of an operation that comes many times in one list the last counts", async () => {
    const states = Array.from({ length: 3000 }, (_, i) =>
      operation({ id: BigInt(100 + (i % 3)), displayMessage: String(i), planId: "photos" }),
    );
    const broken = operation({ id: 102n, planId: "x".repeat(200) });
    expect(await peer.update([...states, broken])).toMatchObject({ created: 3, updated: 0, removed: 0, poison: 1 });
    const rows = await peer.operations({ planId: "photos" });
    expect(rows.map((row) => [row.originalId, row.displayMessage])).toEqual([
      [100n, "2997"],
      [101n, "2998"],
      [102n, "2999"],
    ]);
  });
});

function emptyOperations(count: number): Uint8Array {
  const list = new Uint8Array(2 * count);
  for (let i = 0; i < list.length; i += 2) list[i] = 0x0a;
  return wrapped(3, list);
}

/** Operations that have nothing but an id of four bytes. */
function smallOperations(count: number): Uint8Array {
  const list = new Uint8Array(7 * count);
  for (let i = 0; i < count; i++) {
    const id = 0x200000 + i;
    list.set(
      [0x0a, 5, 0x08, (id & 0x7f) | 0x80, ((id >> 7) & 0x7f) | 0x80, ((id >> 14) & 0x7f) | 0x80, id >> 21],
      7 * i,
    );
  }
  return wrapped(3, list);
}

/** The same id again and again. */
function deletedIds(count: number, id: number): Uint8Array {
  return wrapped(4, wrapped(1, new Uint8Array(count).fill(id)));
}

function wrapped(field: number, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([lengthDelimited(field, bytes.byteLength), bytes]));
}
