import type { Logger } from "pino";
import { type SummaryInit, summaryOf } from "./summary.js";
import type { PeerRecord, Store } from "../store/store.js";
import type { GroupFigures, SummaryStore } from "../store/summaries.js";

export interface DashboardParts {
  readonly store: Pick<Store, "listPeers"> & SummaryStore;
  readonly logger: Logger;
  /** Wall clock. */
  readonly now: () => number;
  /** How long a caller waits for figures that are not there yet. */
  readonly patienceMs?: number;
}

/** Plans and repos, those with the newest backups first. */
export interface DashboardSummaries {
  readonly plans: readonly SummaryInit[];
  readonly repos: readonly SummaryInit[];
}

interface Known {
  readonly stamp: string;
  readonly atMs: number;
  readonly groups: readonly GroupFigures[];
}

const PATIENCE_MS = 3_000;
/** What did not change is counted anew after this time all the same. */
const KEPT_MS = 10 * 60_000;
/** Cards that a page can show. */
const MAX_SUMMARIES = 500;

/**
 * Figures of every peer, counted peer by peer so that other reads come in between, and kept until the peer was heard of
 * again. Whoever asks gets what is counted so far when it takes long; the rest is there at the next time.
 */
export class Dashboard {
  readonly #parts: DashboardParts;
  readonly #known = new Map<number, Known>();
  #counting: Promise<void> | undefined;

  constructor(parts: DashboardParts) {
    this.#parts = parts;
  }

  /** Errors: `unavailable` when the peers cannot be read. */
  async summaries(): Promise<DashboardSummaries> {
    const { store, patienceMs = PATIENCE_MS } = this.#parts;
    const peers = (await store.listPeers()).filter(({ removedMs }) => removedMs === undefined);
    this.#counting ??= this.#count(peers).finally(() => {
      this.#counting = undefined;
    });
    await atMost(patienceMs, this.#counting);
    return this.#shown(peers);
  }

  async #count(peers: readonly PeerRecord[]): Promise<void> {
    const { store, logger, now } = this.#parts;
    const ids = new Set(peers.map(({ id }) => id));
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id);
    for (const peer of peers) {
      const known = this.#known.get(peer.id);
      const stamp = stampOf(peer);
      if (known !== undefined && known.stamp === stamp && now() - known.atMs < KEPT_MS) continue;
      try {
        this.#known.set(peer.id, { stamp, atMs: now(), groups: await store.summarisePeer(peer.id) });
      } catch (error) {
        // The page shows nothing at all when this rpc fails, so the others' figures are better.
        logger.warn({ err: error, instance: peer.instanceId }, "could not count the backups of a peer");
      }
    }
  }

  #shown(peers: readonly PeerRecord[]): DashboardSummaries {
    const plans: SummaryInit[] = [];
    const repos: SummaryInit[] = [];
    const nowMs = this.#parts.now();
    for (const { id, instanceId } of peers) {
      const groups = (this.#known.get(id)?.groups ?? []).filter(({ backups }) => backups.length > 0);
      plans.push(...cards(groups, ({ planId }) => planId, instanceId, nowMs));
      repos.push(...cards(groups, ({ repoId }) => repoId, instanceId, nowMs));
    }
    return { plans: newest(plans), repos: newest(repos) };
  }
}

/** A card for each plan or repo of one peer. Two machines' plans of one name are two cards. */
function cards(
  groups: readonly GroupFigures[],
  nameOf: (group: GroupFigures) => string,
  instanceId: string,
  nowMs: number,
): SummaryInit[] {
  return [...Map.groupBy(groups, nameOf)].map(([name, together]) => {
    const backups = together.flatMap((group) => group.backups).sort((a, b) => b.startMs - a.startMs);
    const snapshots = together.reduce((total, group) => total + group.snapshots, 0);
    return summaryOf(`${instanceId}: ${name}`, backups, snapshots, nowMs);
  });
}

function newest(summaries: SummaryInit[]): SummaryInit[] {
  const lastOf = ({ recentBackups }: SummaryInit) => recentBackups?.timestampMs?.[0] ?? 0n;
  return summaries.sort((a, b) => Number(lastOf(b) - lastOf(a))).slice(0, MAX_SUMMARIES);
}

/** Changes whenever something of the peer's may have been stored or hidden. */
function stampOf({ operationCount, mark, facts }: PeerRecord): string {
  return [operationCount, mark?.modno, facts.lastSeenMs, facts.lastHeartbeatMs].join(" ");
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  const enough = Promise.withResolvers<void>();
  const timer = setTimeout(enough.resolve, ms);
  try {
    await Promise.race([work, enough.promise]);
  } finally {
    clearTimeout(timer);
  }
}
