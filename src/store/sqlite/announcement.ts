import { OperationListWriter, deletedEvent, listEvent } from "../list-writer.js";
import type { HubNumbers } from "../splice.js";
import { IdList } from "./id-list.js";
import type { Work } from "./work.js";

/**
 * Collects what watchers are told of one request: at most three events, in the order in which they make sense, what is
 * gone first (a number of a peer's that was used again is a deletion and a creation).
 */
export class Announcement {
  private readonly deleted = new IdList();
  private created: OperationListWriter | undefined;
  private updated: OperationListWriter | undefined;

  /** When nobody follows, nothing is collected. */
  constructor(readonly wanted: boolean) {}

  addCreated(body: Uint8Array, numbers: HubNumbers): void {
    this.created ??= new OperationListWriter();
    this.created.add(body, numbers);
  }

  addUpdated(body: Uint8Array, numbers: HubNumbers): void {
    this.updated ??= new OperationListWriter();
    this.updated.add(body, numbers);
  }

  addDeleted(id: bigint): void {
    if (this.wanted) this.deleted.add(id);
  }

  /** Each the bytes of a `v1.OperationEvent`. */
  events(work: Work): Uint8Array[] {
    const events: Uint8Array<ArrayBuffer>[] = [];
    if (this.deleted.length > 0) events.push(deletedEvent(this.deleted.values()));
    if (this.created !== undefined) events.push(listEvent("created", this.created.finish()));
    if (this.updated !== undefined) events.push(listEvent("updated", this.updated.finish()));
    return events.map((event) => work.handOver(event));
  }
}
