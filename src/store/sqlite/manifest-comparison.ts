import { deletedEvent } from "../list-writer.js";
import type { ManifestFrame } from "../store.js";
import { groupIdOf } from "./cleared-group.js";
import { IdList } from "./id-list.js";
import { MAX_INT64, type ManifestDiff } from "./manifest-diff.js";
import type { PassSoFar } from "./passes.js";
import { isAmong, isAscending } from "./sorted-ids.js";

/** How long a piece keeps everybody else waiting, and a step of it more at most. */
const PIECE_MS = 25;
const LOADED_ROWS = 4096;
const COMPARED_ROWS = 2048;
/** Marking a row costs about ten times as much as comparing it. */
const REMOVED_ROWS = 512;

/** The rest of the store as a comparison sees it, in the transaction of one piece. */
export interface ComparisonGround {
  /** The highest of the peer's own numbers ever stored. */
  readonly highest: bigint;
  /** What is known of the pass of the manifest's session now. */
  soFar(): PassSoFar | undefined;
  /** Marks a row of the peer's as removed. */
  remove(id: bigint): void;
  /** Whether anybody follows the live feed. */
  readonly following: boolean;
  /** Whether this transaction changed what a verdict depends on; asked once. */
  takeTouched(): boolean;
}

/** What the pieces that are committed have done. */
export interface ComparisonResult {
  readonly removed: number;
  readonly events: readonly Uint8Array<ArrayBuffer>[];
  readonly backupsChanged: boolean;
}

/**
 * One manifest on its way through {@link ManifestDiff}, piece by piece: 2,000,000 ids take seconds, in which others have
 * operations to store. Each row that is found missing is marked in the same piece, so that nothing can come in between
 * that the comparison would not see. When the pass is not open any more, nobody needs the rest.
 */
export class ManifestComparison {
  /** The peer's own ids that are to be asked for, ascending; whole once the comparison is over. */
  readonly wanted = new IdList();
  private readonly pass: PassSoFar | undefined;
  /** Operations above this number are new, all of a first manifest: they are asked for without being looked up. */
  private known = MAX_INT64;
  private readonly unknown = new IdList();
  private newest = 0n;
  private readonly steps: Generator<undefined, void>;
  private gone = new IdList();
  /** What is committed. */
  result: ComparisonResult = { removed: 0, events: [], backupsChanged: false };

  constructor(
    private readonly diff: ManifestDiff,
    private readonly frame: ManifestFrame,
    private ground: ComparisonGround,
  ) {
    this.pass = ground.soFar();
    this.steps = this.compare();
  }

  /** Goes on for a while. What the result will be once this piece is committed, and whether it was the last one. */
  goOn(ground: ComparisonGround): { readonly over: boolean; readonly result: ComparisonResult } {
    this.ground = ground;
    this.gone = new IdList();
    const over = this.runSteps();
    if (over) this.diff.clear();
    const { removed, events } = this.result;
    const backupsChanged = ground.takeTouched() || this.result.backupsChanged;
    const told = ground.following && this.gone.length > 0 ? [deletedEvent(this.gone.values())] : [];
    return { over, result: { removed: removed + this.gone.length, events: [...events, ...told], backupsChanged } };
  }

  private runSteps(): boolean {
    const started = performance.now();
    do {
      if (this.isAbandoned() || this.steps.next().done === true) return true;
    } while (performance.now() - started < PIECE_MS);
    return false;
  }

  private isAbandoned(): boolean {
    return this.pass !== undefined && this.ground.soFar()?.pass !== this.pass.pass;
  }

  private *compare(): Generator<undefined, void> {
    const { frame, diff, pass } = this;
    diff.clear();
    yield* this.judgeOrder();
    for (let from = 0; from < frame.opIds.length; from += LOADED_ROWS) {
      this.load(from, Math.min(from + LOADED_ROWS, frame.opIds.length));
      yield;
    }
    const begunAt = pass?.begunAt ?? MAX_INT64;
    for (let after = 0n; after < MAX_INT64; ) {
      const range = diff.listedRange(after, COMPARED_ROWS);
      for (const [id] of diff.wanted(frame, begunAt, this.newest, range)) this.wanted.add(id);
      after = range.upTo;
      yield;
    }
    this.wanted.addAll(this.unknown.values());
    yield;
    if (pass !== undefined) yield* this.removeMissing(pass.begunAt);
  }

  /** In another order than the one in which they are asked for all are looked up: the table sorts them. */
  private *judgeOrder(): Generator<undefined, void> {
    const { opIds } = this.frame;
    for (let from = 0; from < opIds.length; from += LOADED_ROWS) {
      if (!isAscending(opIds.subarray(Math.max(0, from - 1), from + LOADED_ROWS))) return;
      yield;
    }
    this.known = this.ground.highest;
  }

  private load(from: number, to: number): void {
    const { opIds, modnos } = this.frame;
    for (let at = from; at < to; at++) {
      const id = opIds[at] ?? 0n;
      if (id > this.newest) this.newest = id;
      if (id > this.known) this.unknown.add(id);
      else this.diff.add(id, modnos[at] ?? 0n);
    }
  }

  private *removeMissing(begunAt: bigint): Generator<undefined, void> {
    const { frame, diff } = this;
    const kept = diff.groupsLeftOut(frame.peerId);
    yield;
    for (let after = 0n; after < MAX_INT64; ) {
      const range = diff.storedRange(frame.peerId, after, REMOVED_ROWS);
      const came = this.ground.soFar()?.came;
      // Once it cannot be told what came, nothing is missing.
      if (came === undefined) return;
      for (const [id, originalId, groupId] of diff.missing(frame.peerId, begunAt, range)) {
        if (kept.has(groupIdOf(groupId)) || isAmong(came, originalId)) continue;
        this.ground.remove(id);
        this.gone.add(id);
      }
      after = range.upTo;
      yield;
    }
  }
}
