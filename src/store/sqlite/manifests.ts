import type { DatabaseSync } from "node:sqlite";
import type { ManifestFrame } from "../store.js";
import type { FaultMessage } from "./fault.js";
import { type ComparisonGround, ManifestComparison } from "./manifest-comparison.js";
import { ManifestDiff } from "./manifest-diff.js";
import type { ManifestReply } from "./messages.js";
import type { Work } from "./work.js";
import { UNFINISHED } from "./write-queue.js";

/** The comparisons of manifests, one at a time: the next one waits until its turn. */
export class Manifests {
  private readonly diff: ManifestDiff;
  private current: { readonly requestId: number; readonly comparison: ManifestComparison } | undefined;

  constructor(db: DatabaseSync) {
    this.diff = new ManifestDiff(db);
  }

  /** Carries out a piece. The answer comes with the last one. */
  goOn(
    requestId: number,
    frame: ManifestFrame,
    ground: ComparisonGround,
    work: Work,
  ): ManifestReply | typeof UNFINISHED {
    this.current ??= { requestId, comparison: new ManifestComparison(this.diff, frame, ground) };
    const { comparison } = this.current;
    if (this.current.requestId !== requestId) return UNFINISHED;
    const { over, result } = comparison.goOn(ground);
    work.afterCommit(() => {
      comparison.result = result;
      if (over) this.current = undefined;
    });
    if (!over) return UNFINISHED;
    const wanted = comparison.wanted.values().slice();
    work.transfers.push(wanted.buffer);
    for (const event of result.events) work.handOver(event);
    return { wanted, ...result };
  }

  /** What earlier pieces have done stays, and watchers must hear of it; nothing when there is none of that. */
  rejected(requestId: number, fault: FaultMessage): ManifestReply | undefined {
    if (this.current?.requestId !== requestId) return undefined;
    const { result } = this.current.comparison;
    this.current = undefined;
    return result.removed === 0 ? undefined : { wanted: new BigInt64Array(), ...result, fault };
  }
}
