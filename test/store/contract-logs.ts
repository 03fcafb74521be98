import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { OperationStatus } from "../../gen/v1/operations_pb.js";
import { LOG_MAX_BYTES, type NewLog } from "../../src/store/logs.js";
import type { Store } from "../../src/store/store.js";
import { TestPeer, listEvent, operation } from "./operations.js";
import type { OpenTestStore, TestStore } from "./store-contract.js";

const NOW = 1_800_000_000_000;
const FAILED = OperationStatus.STATUS_ERROR;

/** LOGS: what was fetched of peers' logs. */
export function describeLogs(openTestStore: OpenTestStore): void {
  describe("logs", () => {
    let opened: TestStore;
    let store: Store;
    let peer: TestPeer;
    beforeEach(async () => {
      opened = await openTestStore();
      ({ store } = opened);
      peer = await TestPeer.add(store, "laptop");
    });
    afterEach(() => opened.dispose());

    const keep = (log: string | Uint8Array, change: Partial<NewLog> = {}) =>
      store.saveLog({
        peerId: peer.id,
        operationId: 1n,
        ref: "a",
        content: typeof log === "string" ? bytes(log) : log,
        complete: true,
        atMs: NOW,
        expiresMs: NOW + 1000,
        ...change,
      });
    const read = (operationId = 1n, ref = "a", nowMs = NOW) => store.readLog({ operationId, ref, nowMs });

    test("LOGS1: the names of an operation's logs are read with its hub id, also in events", async () => {
      await store.followEvents(true);
      await peer.update([
        operation({ id: 7n, logref: "a", op: { case: "operationPrune", value: { outputLogref: "b" } } }),
        operation({ id: 8n, op: { case: "operationRunHook", value: { outputLogref: "c", parentOp: 7n } } }),
        operation({ id: 9n, op: { case: "operationCheck", value: {} } }),
      ]);
      const [first, second, third] = await peer.operations();
      expect(first).toMatchObject({ logref: "o1.a", op: { value: { outputLogref: "o1.b" } } });
      expect(second).toMatchObject({ logref: "", op: { value: { outputLogref: "o2.c", parentOp: 1n } } });
      expect(third).toMatchObject({ logref: "", op: { value: { outputLogref: "" } } });
    });

    test("LOGS2: logs of operations that end in an error are named, once, and only when they are wanted", async () => {
      const send = (status: OperationStatus, wantLogs = true) =>
        store.ingest({
          peerId: peer.id,
          session: 1,
          keyid: peer.keyid,
          event: listEvent([operation({ id: 7n, status, logref: "a", op: { case: "operationPrune", value: OUTPUT } })]),
          atMs: NOW,
          wantLogs,
        });
      expect((await send(OperationStatus.STATUS_INPROGRESS)).failedLogs).toEqual([]);
      expect((await send(OperationStatus.STATUS_WARNING)).failedLogs).toEqual([]);
      expect((await send(FAILED)).failedLogs).toEqual([
        { operationId: 1n, originalId: 7n, ref: "a" },
        { operationId: 1n, originalId: 7n, ref: "b" },
      ]);
      expect((await send(FAILED)).failedLogs).toEqual([]);
      expect(await send(OperationStatus.STATUS_SUCCESS, false)).not.toHaveProperty("failedLogs");
    });

    test("LOGS3: names that must not be asked for are not, and at most 64 of one message", async () => {
      const sent = Array.from({ length: 100 }, (_, n) =>
        operation({ id: BigInt(n + 1), status: FAILED, logref: `l${n}` }),
      );
      const bad = ["../../etc/passwd", "a\0b", "x".repeat(10_240)].map((logref, n) =>
        operation({ id: BigInt(n + 101), status: FAILED, logref }),
      );
      const event = listEvent([...sent, ...bad]);
      const outcome = await store.ingest({
        peerId: peer.id,
        session: 1,
        keyid: peer.keyid,
        event,
        atMs: NOW,
        wantLogs: true,
      });
      expect(outcome).toMatchObject({ created: 103, poison: 0 });
      expect(outcome.failedLogs?.map(({ ref }) => ref)).toEqual(sent.slice(-64).map(({ logref }) => logref));
      expect((await peer.operations()).at(-3)).toMatchObject({ logref: "o101.../../etc/passwd" });
    });

    test("LOGS4: a log is read back byte for byte, beside whose it is, and survives a restart", async () => {
      const content = Uint8Array.from({ length: 100_000 }, (_, n) => n % 256);
      await peer.update([operation({ id: 7n, logref: "a" })]);
      expect(await read()).toEqual({
        operationId: 1n,
        originalId: 7n,
        ref: "a",
        peerId: peer.id,
        live: true,
        ended: true,
      });
      await keep(content.slice());
      store = await opened.reopen();
      const record = await read();
      expect(Buffer.from(record?.kept?.content ?? []).equals(content)).toBe(true);
      expect(record?.kept?.complete).toBe(true);
      expect(await store.stats()).toMatchObject({ logs: { kept: 1, bytes: 100_000n, expired: 0n, displaced: 0n } });
    });

    test("LOGS4: an operation that does not exist, or names no such log, has none", async () => {
      await peer.update([operation({ id: 7n, logref: "a" })]);
      await keep("one");
      for (const [id, ref] of [
        [2n, "a"],
        [1n, "b"],
        [1n, ""],
        [-1n, "a"],
      ] as const) {
        expect(await read(id, ref)).toBeUndefined();
      }
    });

    test("LOGS1: two peers' logs of the same name stay apart", async () => {
      const other = await TestPeer.add(store, "desktop");
      await peer.update([operation({ id: 7n, logref: "a" })]);
      await other.update([operation({ id: 7n, logref: "a" })]);
      await keep("one");
      await keep("two", { peerId: other.id, operationId: 2n });
      expect([text(await read(1n)), text(await read(2n))]).toEqual(["one", "two"]);
      expect((await read(2n))?.peerId).toBe(other.id);
    });

    test("LOGS4: the log of a removed operation is read for as long as it is kept", async () => {
      await peer.update([operation({ id: 7n, logref: "a", status: OperationStatus.STATUS_INPROGRESS })]);
      await keep("one");
      expect(await read()).toMatchObject({ live: true, ended: false });
      await peer.delete([7n]);
      const record = await read();
      expect(record).toMatchObject({ live: false });
      expect(text(record)).toBe("one");
    });

    test("LOGS5: a part never takes the place of a whole or of a longer part; a whole takes every place", async () => {
      await peer.update([operation({ id: 7n, logref: "a" })]);
      await keep("part", { complete: false });
      await keep("par", { complete: false });
      expect([text(await read()), (await read())?.kept?.complete]).toEqual(["part", false]);
      await keep("x");
      await keep("a longer part", { complete: false });
      expect([text(await read()), (await read())?.kept?.complete]).toEqual(["x", true]);
      await keep("");
      expect((await read())?.kept).toMatchObject({ complete: true });
      expect(text(await read())).toBe("");
    });

    test("LOGS6: what has expired is not read, is deleted and counted", async () => {
      await peer.update([operation({ id: 7n, logref: "a" }), operation({ id: 8n, logref: "b" })]);
      await keep("one");
      await keep("two", { operationId: 2n, ref: "b", expiresMs: NOW + 5000 });
      expect(text(await read(1n, "a", NOW + 999))).toBe("one");
      expect((await read(1n, "a", NOW + 1000))?.kept).toBeUndefined();
      expect(await store.removeExpiredLogs(NOW + 999)).toBe(0);
      expect(await store.removeExpiredLogs(NOW + 1000)).toBe(1);
      expect(await store.stats()).toMatchObject({ logs: { kept: 1, expired: 1n } });
      expect(text(await read(2n, "b", NOW + 1000))).toBe("two");
    });

    test("LOGS7: a peer's logs take 64 MiB at most: the oldest make way, another peer's do not", async () => {
      const other = await TestPeer.add(store, "desktop");
      const names = Array.from({ length: 18 }, (_, n) => operation({ id: BigInt(n + 1), logref: "a" }));
      await peer.update(names);
      await other.update([operation({ id: 1n, logref: "a" })]);
      await keep("kept", { peerId: other.id, operationId: 19n });
      for (let id = 1n; id <= 18n; id++) await keep(new Uint8Array(LOG_MAX_BYTES), { operationId: id });
      expect((await read(1n))?.kept).toBeUndefined();
      expect((await read(2n))?.kept).toBeUndefined();
      expect((await read(3n))?.kept).toBeDefined();
      expect(text(await read(19n))).toBe("kept");
      expect(await store.stats()).toMatchObject({ logs: { kept: 17, displaced: 2n } });
    });

    test("LOGS7: small logs count as 64 KiB, so that their number is bounded too", async () => {
      await peer.update([operation({ id: 1n, logref: "a" })]);
      const count = 1024 + 3;
      const saved: Promise<void>[] = [];
      // Names that the operation does not have are kept as well: who asks for them looks at the operation first.
      for (let n = 0; n < count; n++) saved.push(keep("x", { ref: `r${n}` }));
      await Promise.all(saved);
      expect(await store.stats()).toMatchObject({ logs: { kept: count - 3, displaced: 3n } });
    });
  });
}

const OUTPUT = { outputLogref: "b" };

function bytes(words: string): Uint8Array {
  return Uint8Array.from(Buffer.from(words));
}

function text(record: Awaited<ReturnType<Store["readLog"]>>): string | undefined {
  return record?.kept === undefined ? undefined : Buffer.from(record.kept.content).toString();
}
