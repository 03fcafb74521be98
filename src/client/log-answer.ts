import type { MessageInitShape } from "@bufbuild/protobuf";
import type { SyncStreamItem_SyncActionReceiveLogDataSchema as LogDataSchema } from "../../gen/v1sync/syncservice_pb.js";
import type { PeerLog } from "./reaction.js";

const CHUNK_BYTES = 64 << 10;
const MAX_PAUSE_MS = 60_000n;

/** A log in pieces; an empty one ends it. Backrest does not have this; see the capability `logs`. */
export function* logPieces(
  logId: string,
  log: PeerLog | undefined,
): Generator<Exclude<MessageInitShape<typeof LogDataSchema>, { $typeName: string }>> {
  if (log === undefined) {
    yield { logId, errorMessage: `this peer has no log ${logId}` };
    return;
  }
  const { content, ...about } = log;
  for (let begin = 0; begin < content.length; begin += CHUNK_BYTES) {
    yield { logId, chunk: content.subarray(begin, begin + CHUNK_BYTES), ...about };
  }
  yield { logId, chunk: new Uint8Array(), ...about };
}

/** What a peer with the capability `throttle` does when its host wants quiet for so long. */
export function pauseFor(delayMs: bigint): { readonly do: "pause"; readonly ms: number } | { readonly do: "nothing" } {
  if (delayMs <= 0n) return { do: "nothing" };
  return { do: "pause", ms: Number(delayMs < MAX_PAUSE_MS ? delayMs : MAX_PAUSE_MS) };
}
