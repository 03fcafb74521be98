import type { DatabaseSync } from "node:sqlite";
import type { IngestFrame, Mark, PassEnd, PassStart } from "../store.js";
import { SeenIds } from "./seen-ids.js";
import { Statement } from "./statement.js";
import type { Work } from "./work.js";

/** Ids that all open passes may hold together: 32 MiB. Beyond it the largest pass ends without removing anything. */
const MAX_SEEN_IDS = 4 * 1024 * 1024;

/** What one frame adds to the open pass of its peer, put there once the frame is committed. */
export interface PassNotes {
  /** Where a manifest was compared, the hub's last change before what it lacked was asked for. */
  readonly askedAt: bigint | undefined;
  seen(originalId: bigint): void;
  /** An operation of an `updated` list was stored, or was there already, under this hub id. */
  arrived(mark: Mark, id: bigint): void;
  /** Something came whose id could not be read: nothing is known any more about what did not come. */
  unreadable(): void;
}

/** A pass over a peer's history, from the request until the proven fence behind its answers. */
interface Pass {
  readonly session: number;
  readonly full: boolean;
  seenIds: SeenIds;
  /** The mark as it stands in the database, with the hub id of its row. */
  readonly storedMark: Mark | undefined;
  readonly markRow: bigint | undefined;
  markHeld: boolean;
  newestMark: Mark | undefined;
  /** The hub's last change before the pass. */
  readonly begunAt: bigint;
  /** Once a manifest was compared. */
  asked: Asked | undefined;
  /** False once the pass cannot tell any more what did not come. */
  complete: boolean;
}

/** What a compared manifest led to. */
interface Asked {
  /** The peer's own ids that are asked for, ascending. */
  readonly wanted: BigInt64Array;
  readonly at: bigint;
}

/** What is known when a manifest comes. */
export interface PassSoFar {
  /** Stands for the pass itself: another one is another value. */
  readonly pass: object;
  readonly begunAt: bigint;
  /** The peer's own ids that came since, ascending; nothing when that cannot be told. */
  readonly came: BigInt64Array | undefined;
}

/** What a pass that ended has found. */
export interface PassFindings {
  readonly markHeld: boolean;
  readonly mark: Mark | undefined;
  /** For a full pass: the peer's own ids that came, ascending; everything else is gone. */
  readonly came: BigInt64Array | undefined;
  /** Behind a manifest: the peer's own ids that were asked for, ascending; of these what did not come is gone. */
  readonly wanted?: BigInt64Array;
}

/** The open passes; they live in memory, since every connection begins one. */
export class Passes {
  private readonly open = new Map<number, Pass>();
  private readonly selectMark: Statement<[modno: bigint | null, originalId: bigint | null]>;
  private readonly selectMarkRow: Statement<[id: bigint]>;
  private readonly saveMark: Statement;

  constructor(db: DatabaseSync) {
    this.selectMark = new Statement(db, "SELECT mark_modno, mark_original_id FROM peers WHERE id = ?");
    // The live row, or else the newest that was removed: it may come back as the same operation.
    this.selectMarkRow = new Statement(
      db,
      `SELECT id FROM operations WHERE peer_id = ? AND original_id = ?
       ORDER BY removed_as = 0 DESC, removed_as DESC LIMIT 1`,
    );
    this.saveMark = new Statement(db, "UPDATE peers SET mark_modno = ?, mark_original_id = ? WHERE id = ?");
  }

  /** @param change the hub's last */
  begin({ peerId, session, full }: PassStart, change: bigint): void {
    const storedMark = this.mark(peerId);
    this.open.set(peerId, {
      session,
      full,
      seenIds: new SeenIds(),
      storedMark,
      markRow: storedMark === undefined ? undefined : this.selectMarkRow.get(peerId, storedMark.originalId)?.[0],
      markHeld: false,
      newestMark: undefined,
      begunAt: change,
      asked: undefined,
      complete: true,
    });
  }

  /** Where to note what a frame brings; nothing when no pass is open or the frame comes from an older session. */
  notes(frame: IngestFrame, work: Work): PassNotes | undefined {
    const pass = this.open.get(frame.peerId);
    if (pass === undefined || frame.session < pass.session) return undefined;
    const ids: bigint[] = [];
    let newest = pass.newestMark;
    let held = pass.markHeld;
    let complete = pass.complete;
    work.afterCommit(() => {
      this.note(pass, ids, complete);
      pass.markHeld ||= held;
      pass.newestMark = later(pass.newestMark, newest);
    });
    return {
      askedAt: pass.asked?.at,
      seen: (originalId) => ids.push(originalId),
      arrived: (mark, id) => {
        newest = later(newest, { modno: mark.modno, originalId: mark.originalId });
        if (mark.originalId === pass.storedMark?.originalId && id === pass.markRow) held = true;
      },
      unreadable: () => {
        complete = false;
      },
    };
  }

  /** What came in the full pass that this session has begun; nothing without one. */
  soFar(peerId: number, session: number): PassSoFar | undefined {
    const pass = this.open.get(peerId);
    if (pass === undefined || pass.session !== session || !pass.full) return undefined;
    return { pass, begunAt: pass.begunAt, came: pass.complete ? pass.seenIds.sorted() : undefined };
  }

  /** From here on the pass notes what of this comes. */
  asked(peerId: number, session: number, asked: Asked, work: Work): void {
    const pass = this.open.get(peerId);
    if (pass === undefined || pass.session !== session) return;
    work.afterCommit(() => {
      pass.asked = asked;
      pass.seenIds = new SeenIds();
    });
  }

  /** Ends the pass that this session has begun; nothing when that one is not open any more. */
  end({ peerId, session, full }: PassEnd, work: Work): PassFindings | undefined {
    const pass = this.open.get(peerId);
    if (pass === undefined || pass.session !== session) return undefined;
    work.afterCommit(() => {
      if (this.open.get(peerId) === pass) this.open.delete(peerId);
    });
    if (pass.full && full) {
      const came = pass.complete ? pass.seenIds.sorted() : undefined;
      // A manifest tells more than a mark, which is worth nothing behind it.
      if (pass.asked !== undefined) return { markHeld: true, mark: undefined, came, wanted: pass.asked.wanted };
      // A full pass asks from 0 on: whatever the old mark was worth, the new one is right.
      return { markHeld: true, mark: pass.newestMark, came };
    }
    const mark = pass.markHeld ? later(pass.storedMark, pass.newestMark) : undefined;
    return { markHeld: pass.markHeld, mark, came: undefined };
  }

  mark(peerId: number): Mark | undefined {
    const [modno, originalId] = this.selectMark.get(peerId) ?? [null, null];
    return modno === null || originalId === null ? undefined : { modno, originalId };
  }

  keepMark(peerId: number, mark: Mark | undefined): void {
    this.saveMark.run(mark?.modno ?? null, mark?.originalId ?? null, peerId);
  }

  /** Ends the peer's pass without a result: it is gone, or something that it sent could not be stored. */
  forgetPeer(peerId: number): void {
    this.open.delete(peerId);
  }

  /** Forgets the pass that this session has begun. */
  abandon(peerId: number, session: number): void {
    if (this.open.get(peerId)?.session === session) this.open.delete(peerId);
  }

  private note(pass: Pass, ids: readonly bigint[], complete: boolean): void {
    if (!pass.full || !pass.complete) return;
    const { capacity } = pass.seenIds;
    for (const id of ids) pass.seenIds.add(id);
    if (!complete) giveUp(pass);
    else if (pass.seenIds.capacity > capacity) this.keepWithinBudget();
  }

  /** One peer with a huge history must not cost the others their passes, so the largest one is given up. */
  private keepWithinBudget(): void {
    let capacity = 0;
    let largest: Pass | undefined;
    for (const pass of this.open.values()) {
      capacity += pass.seenIds.capacity;
      if (largest === undefined || pass.seenIds.capacity > largest.seenIds.capacity) largest = pass;
    }
    if (capacity > MAX_SEEN_IDS && largest !== undefined) giveUp(largest);
  }
}

function giveUp(pass: Pass): void {
  pass.complete = false;
  pass.seenIds = new SeenIds();
}

function later(a: Mark | undefined, b: Mark | undefined): Mark | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b.modno > a.modno ? b : a;
}
