import type { Logger } from "pino";
import { ownerOf } from "../networks.js";
import { type ListChanges, NOBODY_TOLD } from "../notices.js";
import type { AccessStore, AuditRefusal } from "../store/access.js";
import type { Caller } from "./caller.js";

/** How long refusals are gathered before they are stored. */
const GATHERED_MS = 2_000;
/** Kinds of refusals that are told apart in that time; the rest is counted without its address. */
const MAX_KINDS = 256;

export interface Refusal {
  /** Absent when nobody knows who it was. A name that is no user's is not kept: it may be a mistyped password. */
  readonly caller?: Caller;
  readonly address: string;
  readonly action: string;
  readonly outcome: string;
}

/** Tells the audit log of callers that were refused: counted, so that a million of them cost no more than a few. */
export class RefusalLog {
  readonly #gathered = new Map<string, AuditRefusal>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: Pick<AccessStore, "addAuditRefusals">,
    private readonly logger: Logger,
    private readonly now: () => number,
    private readonly lists: ListChanges = NOBODY_TOLD,
  ) {}

  note(refusal: Refusal): void {
    const { caller, action, outcome } = refusal;
    let address = refusal.address === "" ? "" : ownerOf(refusal.address);
    let key = JSON.stringify([caller?.name, caller?.kind, address, action, outcome]);
    if (!this.#gathered.has(key) && this.#gathered.size >= MAX_KINDS) {
      address = "";
      key = "others";
    }
    const known = this.#gathered.get(key);
    const atMs = this.now();
    this.#gathered.set(key, {
      kind: "refusal",
      atMs: known?.atMs ?? atMs,
      lastMs: atMs,
      times: (known?.times ?? 0) + 1,
      callerName: known?.callerName ?? caller?.name ?? "",
      callerKind: known?.callerKind ?? caller?.kind ?? "",
      callerRole: known?.callerRole ?? caller?.role ?? "",
      address,
      action: known?.action ?? action,
      summary: "",
      outcome: known?.outcome ?? outcome,
    });
    this.#timer ??= setTimeout(() => void this.flush(), GATHERED_MS);
  }

  /** Stores what was gathered. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const refusals = [...this.#gathered.values()];
    this.#gathered.clear();
    if (refusals.length === 0) return;
    try {
      await this.store.addAuditRefusals(refusals);
      this.lists.changed("access");
    } catch (error) {
      this.logger.warn({ err: error, refusals: refusals.length }, "could not write refused callers to the audit log");
    }
  }
}
