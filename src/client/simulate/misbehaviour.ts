import { setTimeout as sleep } from "node:timers/promises";
import { create, toBinary } from "@bufbuild/protobuf";
import { type Operation, OperationStatus } from "../../../gen/v1/operations_pb.js";
import { SyncStreamItemSchema } from "../../../gen/v1sync/syncservice_pb.js";
import type { CurrentPeer } from "../current-peer.js";
import type { SeedPeer, SeedPeerOptions } from "../peer.js";
import { belongsTo } from "./tasks.js";
import type { Profile } from "./profile.js";

/**
 * `slow` reads and answers late, `freeze` stops like a suspended process, `give-up` ends its sessions and leaves their
 * streams open, `repeat` sends old batches again, `reuse-ids` deletes its newest operation and uses the id for another,
 * `wrong-clock` is two hours ahead, `poison` sends operations that do not decode, `flap` drops its connection all the
 * time, `babble` wants quiet for ever and sends logs that nobody asked for.
 */
export const MISBEHAVIOURS = [
  "slow",
  "freeze",
  "give-up",
  "repeat",
  "reuse-ids",
  "wrong-clock",
  "poison",
  "flap",
  "babble",
] as const;
export type Misbehaviour = (typeof MISBEHAVIOURS)[number];

/** A peer of either generation. */
export type AnyPeer = SeedPeer | CurrentPeer;

export interface HabitOptions extends Pick<SeedPeerOptions, "capabilities" | "freezable"> {
  readonly onItem?: () => Promise<void>;
  /** Of handshakes, in Unix milliseconds; those of the current generation state no time. */
  readonly now?: () => number;
}

/** How a machine misbehaves: what is wrong with it from the start, and what it does again and again. */
export interface Habit {
  readonly options?: HabitOptions;
  readonly act?: (machine: Misbehaving, signal: AbortSignal) => Promise<void>;
}

export interface Misbehaving {
  readonly profile: Profile;
  readonly peer: AnyPeer;
}

const CLOCK_OFF_MS = 2 * 3_600_000;
/** As many as a Backrest sends in one message. */
const BATCH = 256;

/**
 * @param frozenMs how long a machine stays frozen
 * @param lateMs how much later than others a slow one reads
 */
export function habits({ frozenMs = 40_000, lateMs = 500 } = {}): Readonly<Record<Misbehaviour, Habit>> {
  return {
    slow: { options: { onItem: () => sleep(lateMs, undefined, { ref: false }) } },
    freeze: {
      options: { freezable: true },
      act: async ({ peer }, signal) => {
        peer.freeze();
        await sleep(frozenMs, undefined, { signal, ref: false }).catch(() => {});
        peer.thaw();
      },
    },
    "give-up": { act: async ({ peer }) => peer.giveUp() },
    repeat: {
      act: async ({ peer }) => {
        const old = peer.history.all().slice(0, BATCH);
        for (const kind of ["createdOperations", "updatedOperations"] as const) await send(peer, kind, old);
      },
    },
    "reuse-ids": { act: async ({ peer, profile }) => reuseNewestId(peer, profile) },
    "wrong-clock": { options: { now: () => Date.now() + CLOCK_OFF_MS } },
    poison: { act: async ({ peer }) => void (await peer.sendBytes(poison(peer))) },
    flap: { act: async ({ peer }) => peer.kill() },
    babble: { options: { capabilities: ["logs", "throttle"] }, act: async ({ peer }) => babble(peer) },
  };
}

/** As after a deletion and a restart: the counters of a Backrest come from what is left in its database. */
function reuseNewestId({ history }: AnyPeer, { workloads }: Profile): void {
  const newest = history.add({
    ...belongsTo(workloads[0]),
    status: OperationStatus.STATUS_SUCCESS,
    op: { case: "operationCheck", value: {} },
  });
  history.delete(newest.id);
  history.restart();
  history.add({
    ...belongsTo(workloads[0]),
    status: OperationStatus.STATUS_SUCCESS,
    op: { case: "operationPrune", value: {} },
  });
}

async function send(
  peer: AnyPeer,
  kind: "createdOperations" | "updatedOperations",
  operations: Operation[],
): Promise<void> {
  const event = { case: kind, value: { operations } };
  await peer.sendItem({ action: { case: "receiveOperations", value: { event: { event } } } });
}

async function babble(peer: AnyPeer): Promise<void> {
  for (const delayMs of [-(2n ** 63n), 2n ** 63n - 1n]) {
    await peer.sendItem({ action: { case: "throttle", value: { delayMs } } });
  }
  const value = { logId: "../../etc/passwd", ownerOpid: -1n, chunk: new Uint8Array(64 << 10) };
  await peer.sendItem({ action: { case: "receiveLogData", value } });
}

/** A message, the same in both generations, with one operation whose plan is no UTF-8, under an id that the history does not use. */
function poison({ history, instanceId }: AnyPeer): Uint8Array {
  const planId = "#POISON#";
  const id = BigInt(history.size) + 1_000_000_000n;
  const operations = [{ id, modno: 1n, flowId: id, instanceId, planId, repoId: "r", repoGuid: "g" }];
  const event = { case: "createdOperations", value: { operations } } as const;
  const item = create(SyncStreamItemSchema, { action: { case: "receiveOperations", value: { event: { event } } } });
  const bytes = toBinary(SyncStreamItemSchema, item);
  bytes[Buffer.from(bytes).indexOf(planId)] = 0xff;
  return bytes;
}
