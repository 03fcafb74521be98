import { create } from "@bufbuild/protobuf";
import type { Logger } from "pino";
import {
  type RemoteConfig,
  RemoteConfigSchema,
  type SyncStreamItem_SyncActionSetConfig as SetConfig,
  SyncStreamItem_SyncActionSetConfigSchema as SetConfigSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import { HubError } from "../errors.js";
import type { PushTarget } from "../fleet/push-target.js";
import type { ListChanges } from "../notices.js";
import type { PushRecord } from "../store/pushes.js";
import type { PeerRecord, Store } from "../store/store.js";
import { checkChange } from "./check-change.js";
import { PeerLane } from "./peer-lane.js";
import type { SharedRepos } from "./shared-repos.js";
import type { Vault } from "./vault.js";

export interface PushDeskParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly sharedRepos: SharedRepos;
  readonly logger: Logger;
  /** See {@link LaneParts.lists}. */
  readonly lists?: ListChanges;
  readonly now: () => number;
  readonly hubInstanceId: string;
  /** See {@link LaneParts.confirmMs}. */
  readonly confirmMs: number;
  /** Puts originals back where the mask was left. */
  readonly restore: (edited: RemoteConfig, original: RemoteConfig) => RemoteConfig;
}

/** How long a push waits for a machine that does not come. */
export const PUSH_EXPIRES_MS = 30 * 86_400_000;
const SWEEP_EVERY_MS = 3_600_000;
const MAX_SWEPT = 10_000;

/** Everything that the hub sends to peers of its own accord, between operators, sessions and the store. */
export class PushDesk {
  readonly #parts: PushDeskParts;
  readonly #lanes = new Map<number, PeerLane>();
  #sweeper: NodeJS.Timeout | undefined;

  constructor(parts: PushDeskParts) {
    this.#parts = parts;
  }

  /** Ends from now on what has waited for too long. */
  start(): void {
    const sweep = () => {
      this.sweep().catch((reason: unknown) =>
        this.#parts.logger.warn({ err: reason }, "could not end the pushes that have waited for too long"),
      );
    };
    sweep();
    this.#sweeper = setInterval(sweep, SWEEP_EVERY_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    await Promise.all([...this.#lanes.values()].map((lane) => lane.close()));
  }

  attach(peer: PeerRecord, target: PushTarget): void {
    this.lane(peer).attach(peer, target);
  }

  configCame(peerId: number, target: PushTarget, config: RemoteConfig): void {
    this.#lanes.get(peerId)?.configCame(target, config);
  }

  sent(peerId: number, target: PushTarget, pushId: number): void {
    this.#lanes.get(peerId)?.sent(target, pushId);
  }

  detach(peerId: number, target: PushTarget, cause: string): void {
    this.#lanes.get(peerId)?.detach(target, cause);
  }

  /**
   * Takes a change for one peer, which need not be connected.
   * @param wanted may hold masks in place of what the peer shows
   * @returns the push; undefined when the peer has all of it
   * @throws HubError `not_found`, `invalid_argument`, `resource_exhausted`; `permission_denied` when the peer does not
   *   allow it and `failed_precondition` when that is not known: nothing is sent then
   */
  async submit(keyid: string, wanted: SetConfig, createdBy: string): Promise<PushRecord | undefined> {
    const peer = await this.#parts.store.findPeerByKey(keyid);
    if (peer === undefined) {
      throw new HubError("not_found", `no peer has the key id ${keyid}; \`backrest-hub peers list\` shows all of them`);
    }
    return this.lane(peer).submit(peer, this.restored(peer, wanted), createdBy);
  }

  /** The change with the peer's own secrets where masks were. @throws HubError `invalid_argument`, `resource_exhausted` */
  restored(peer: PeerRecord, wanted: SetConfig): SetConfig {
    const shown = this.shownBy(peer) ?? create(RemoteConfigSchema);
    const edited = create(RemoteConfigSchema, { repos: wanted.repos, plans: wanted.plans });
    const { repos, plans } = this.#parts.restore(edited, shown);
    const { reposToDelete, plansToDelete } = wanted;
    const change = create(SetConfigSchema, { repos, plans, reposToDelete, plansToDelete });
    checkChange(change);
    return change;
  }

  /** The configuration that the peer showed last, secrets included. */
  shownBy({ facts }: PeerRecord): RemoteConfig | undefined {
    return this.#parts.vault.openConfig(facts.sealedConfig);
  }

  /** The pushes of a peer, one at a time. */
  lane(peer: PeerRecord): PeerLane {
    const known = this.#lanes.get(peer.id);
    if (known !== undefined) return known;
    const { sharedRepos, ...parts } = this.#parts;
    const lane = new PeerLane(peer, { ...parts, sharedRepos: () => sharedRepos.repos() });
    this.#lanes.set(peer.id, lane);
    return lane;
  }

  /** Ends the pushes of peers that are gone, and those that have waited for too long. */
  async sweep(): Promise<void> {
    const { store, now } = this.#parts;
    const open = await store.listPushes({ openOnly: true, limit: MAX_SWEPT });
    const peers = new Map((await store.listPeers()).map((peer) => [peer.id, peer]));
    for (const peerId of new Set(open.map((push) => push.peerId))) {
      const peer = peers.get(peerId);
      if (peer === undefined) continue;
      if (peer.removedMs === undefined) {
        const words = "the machine could not be reached for 30 days";
        await this.lane(peer).endAll({ state: "expired", words }, now() - PUSH_EXPIRES_MS);
      } else {
        const words = "the peer was removed from the hub";
        await this.lane(peer).endAll({ state: "superseded", words }, Number.POSITIVE_INFINITY);
        this.#lanes.delete(peerId);
      }
    }
  }
}
