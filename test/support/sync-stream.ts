import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { BackrestSyncService, type SyncStreamItem, SyncStreamItemSchema } from "../../gen/v1sync/syncservice_pb.js";

/** A Sync stream under a test's full control: it sends what it is told and says nothing by itself. */
export interface SyncStream {
  readonly received: SyncStreamItem[];
  send(item: SyncStreamItem): void;
  /** Closes the sending side. */
  finish(): void;
  /** Resolves when the hub has sent an item of this kind that was not waited for before. */
  next(kind: SyncStreamItem["action"]["case"], timeoutMs?: number): Promise<SyncStreamItem>;
  /** How the stream ended: a Connect error, or undefined for an OK. */
  readonly ended: Promise<ConnectError | undefined>;
  abort(): void;
}

export function openSyncStream(url: string, transport?: Transport): SyncStream {
  const client = createClient(
    BackrestSyncService,
    transport ?? createConnectTransport({ baseUrl: url, httpVersion: "2" }),
  );
  const queue: SyncStreamItem[] = [];
  let finished = false;
  let wake = () => {};
  const requests = async function* () {
    for (;;) {
      const item = queue.shift();
      if (item !== undefined) yield item;
      else if (finished) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  const controller = new AbortController();
  const received: SyncStreamItem[] = [];
  const taken = new Set<SyncStreamItem>();
  let over = false;
  const read = async (): Promise<ConnectError | undefined> => {
    try {
      for await (const item of client.sync(requests(), { signal: controller.signal })) received.push(item);
      return undefined;
    } catch (reason) {
      return ConnectError.from(reason);
    } finally {
      over = true;
    }
  };
  const ended = read();
  return {
    received,
    ended,
    send: (item) => {
      queue.push(item);
      wake();
    },
    finish: () => {
      finished = true;
      wake();
    },
    next: async (kind, timeoutMs = 5_000) => {
      const until = Date.now() + timeoutMs;
      for (;;) {
        const item = received.find((candidate) => candidate.action.case === kind && !taken.has(candidate));
        if (item !== undefined) {
          taken.add(item);
          return item;
        }
        if (over) throw new Error(`the stream ended before ${kind} came: ${(await ended)?.message ?? "OK"}`);
        if (Date.now() > until) throw new Error(`no ${kind} came within ${timeoutMs} ms`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    abort: () => controller.abort(),
  };
}

/** A copy of a recorded handshake with the time set to now; the seed's signature does not cover it. */
export function rejuvenated(item: SyncStreamItem, nowMs: number = Date.now()): SyncStreamItem {
  const copy = fromBinary(SyncStreamItemSchema, toBinary(SyncStreamItemSchema, item));
  if (copy.action.case === "handshake" && copy.action.value.instanceId !== undefined) {
    copy.action.value.instanceId.timestampMillis = BigInt(nowMs);
  }
  return copy;
}

export function syncItem(action: Parameters<typeof create<typeof SyncStreamItemSchema>>[1]): SyncStreamItem {
  return create(SyncStreamItemSchema, action);
}
