import type { Logger } from "pino";
import type { Repo } from "../../gen/v1/config_pb.js";
import type { RemoteConfig, SyncStreamItem_SyncActionSetConfig as SetConfig } from "../../gen/v1sync/syncservice_pb.js";
import { HubError } from "../errors.js";
import { type Asked, type GrantVerdict, judgeGrants, type KnownGrants } from "../fleet/host-grants.js";
import { coversItems, difference, isEmptyChange, itemsOf, tidyChange } from "../fleet/push-change.js";
import { type Delivery, judgeAnswered, judgeConfig, type PushEnd } from "../fleet/push-outcome.js";
import type { PushTarget } from "../fleet/push-target.js";
import { isShared } from "../fleet/shares.js";
import { describeConfig, type ShownConfig } from "../fleet/shown-config.js";
import type { ListChanges } from "../notices.js";
import type { PushRecord, PushStore } from "../store/pushes.js";
import type { Generation, PeerRecord } from "../store/store.js";
import { Flights } from "./flights.js";
import { listedBy } from "./listed.js";
import { Turns } from "./turns.js";
import type { Vault } from "./vault.js";
import { wantedShares } from "./wanted-shares.js";

export interface LaneParts {
  readonly store: PushStore;
  readonly vault: Vault;
  readonly logger: Logger;
  /** Told of each push that comes to another state. */
  readonly lists?: ListChanges;
  readonly now: () => number;
  readonly hubInstanceId: string;
  readonly sharedRepos: () => readonly Repo[];
  /** How long a session that goes on is waited for before its silence about a push is the answer. */
  readonly confirmMs: number;
}

/** Pushes of one peer that may wait. */
export const MAX_OPEN_PUSHES = 16;
/** Enough to find the last push of each shared repo. */
const RECENT = 300;
const UNREADABLE: PushEnd = {
  state: "superseded",
  words: "it does not open with the hub's sealing key any more; ask for it again",
};

/**
 * The pushes of one peer: one at a time, the next only when the one before has ended, since a peer that takes a push
 * begins a new session. Work that needs the store is done in the order in which it came up.
 */
export class PeerLane {
  readonly #parts: LaneParts;
  #peer: PeerRecord;
  /** Pending pushes, oldest first. */
  #open: PushRecord[] = [];
  readonly #flights = new Flights();
  #session: { readonly target: PushTarget; readonly shown?: ShownConfig } | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #turns = new Turns();
  #isLoaded = false;

  constructor(peer: PeerRecord, parts: LaneParts) {
    this.#peer = peer;
    this.#parts = parts;
  }

  attach(peer: PeerRecord, target: PushTarget): void {
    this.#peer = peer;
    this.#session = { target };
  }

  configCame(target: PushTarget, config: RemoteConfig): void {
    if (this.#session?.target !== target) return;
    const shown = describeConfig(config);
    this.#session = { target, shown };
    this.#inBackground(async () => {
      await this.#judge(shown);
      await this.#wantShared(() => false);
      await this.#sendNext();
    });
  }

  sent(target: PushTarget, pushId: number): void {
    const push = this.#open.find(({ id }) => id === pushId);
    if (this.#session?.target !== target || push === undefined) return;
    const sent = {
      sentMs: this.#parts.now(),
      sentModno: this.#session.shown?.modno ?? 0,
      attempts: push.attempts + 1,
    };
    this.#open = this.#open.map((each) => (each === push ? { ...push, ...sent } : each));
    this.#flights.set(pushId, "flying");
    this.#inBackground(async () => {
      await this.#parts.store.changePush(pushId, sent);
      this.#told();
    });
    this.#armConfirmation(target);
  }

  detach(target: PushTarget, cause: string): void {
    if (this.#session?.target !== target) return;
    this.#session = undefined;
    clearTimeout(this.#timer);
    this.#flights.sessionEnded(cause);
  }

  /**
   * The peer, or what is shared with it, has changed.
   * @param again which pushes that ended are to be made once more, where their content still differs
   */
  reconsider(peer: PeerRecord, again: (push: PushRecord) => boolean): Promise<void> {
    this.#peer = peer;
    return this.#inTurn(async () => {
      await this.#wantShared(again);
      await this.#sendNext();
    });
  }

  /** @throws HubError `permission_denied`, `failed_precondition`, `resource_exhausted` */
  submit(peer: PeerRecord, wanted: SetConfig, createdBy: string): Promise<PushRecord | undefined> {
    this.#peer = peer;
    return this.#inTurn(async () => {
      const change = tidyChange(wanted, this.#generation);
      if (isEmptyChange(difference(change, this.#shown()))) return undefined;
      const verdict = await this.judge({ change });
      // What is in the way now may be gone behind the pushes that wait: it is looked at again when it goes out.
      const isOpen = verdict.kind === "conflict" && this.#open.length > 0;
      if (verdict.kind !== "granted" && !isOpen) {
        throw new HubError(verdict.kind === "not-granted" ? "permission_denied" : "failed_precondition", verdict.words);
      }
      const push = await this.#add(change, createdBy);
      await this.#sendNext();
      return push;
    });
  }

  /** Whether the peer would take it, from what is known now. */
  async judge(asked: Asked): Promise<GrantVerdict> {
    return judgeGrants(asked, await this.known());
  }

  /** All that tells of what the peer allows. */
  async known(): Promise<KnownGrants> {
    const peer = this.#peer;
    return {
      instanceId: peer.instanceId,
      generation: this.#generation,
      record: await this.#parts.store.findHostGrants(peer.id),
      shown: this.#shown(),
      listed: listedBy(peer),
    };
  }

  /** The peer is gone, or could not be reached for too long. */
  endAll(end: PushEnd, createdBefore: number): Promise<void> {
    return this.#inTurn(async () => {
      for (const push of this.#open.filter(({ createdMs }) => createdMs < createdBefore)) {
        await this.#end(push, end);
      }
    });
  }

  get #generation(): Generation {
    return this.#peer.keys.find(({ current }) => current)?.generation ?? "current";
  }

  /** What the peer shows in this session, else what it showed last. */
  #shown(): ShownConfig | undefined {
    if (this.#session?.shown !== undefined) return this.#session.shown;
    const config = this.#parts.vault.openConfig(this.#peer.facts.sealedConfig);
    return config === undefined ? undefined : describeConfig(config);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      await this.#load();
      return work();
    });
  }

  async #load(): Promise<void> {
    if (this.#isLoaded) return;
    const pushes = await this.#parts.store.listPushes({ peerId: this.#peer.id, openOnly: true, limit: RECENT });
    this.#open = pushes.reverse();
    this.#flights.load(this.#open);
    this.#isLoaded = true;
  }

  /** The newest configuration decides about the push that went out. */
  async #judge(shown: ShownConfig): Promise<void> {
    const push = this.#open[0];
    const session = push === undefined ? undefined : this.#flights.delivery(push.id);
    if (push === undefined || session === undefined) return;
    const delivery: Delivery = { modno: push.sentModno ?? 0, attempts: push.attempts, session };
    const change = this.#parts.vault.openChange(push.sealedChange);
    const verdict = change === undefined ? UNREADABLE : judgeConfig(change, delivery, shown);
    if (verdict === "wait") return;
    if (verdict === "send-again") this.#flights.set(push.id, "waiting");
    else await this.#settle(push, verdict, session !== "same");
  }

  /** Makes a push of every shared repo that is not there as it is here; of each content once, unless asked again. */
  async #wantShared(again: (push: PushRecord) => boolean): Promise<void> {
    const { sharedRepos, store, vault, hubInstanceId } = this.#parts;
    const shared = sharedRepos().filter(({ id }) => isShared(this.#peer.grants ?? [], id));
    await this.#dropUnshared(new Set(shared.map(({ id }) => id)));
    if (shared.length === 0) return;
    const recent = await store.listPushes({ peerId: this.#peer.id, limit: RECENT });
    const target = { generation: this.#generation, shown: this.#shown(), recent, again };
    for (const { repoId, change } of wantedShares(shared, target, vault)) {
      const verdict = await this.judge({ change, sharedBy: hubInstanceId });
      if (verdict.kind === "granted") await this.#add(change, "the hub", repoId);
    }
  }

  async #dropUnshared(shared: ReadonlySet<string>): Promise<void> {
    const stale = this.#open.filter(
      ({ id, sharedRepo }) => sharedRepo !== undefined && !shared.has(sharedRepo) && this.#isWaiting(id),
    );
    for (const push of stale) {
      await this.#end(push, { state: "superseded", words: "the repo is not shared with this machine any more" });
    }
  }

  async #add(change: SetConfig, createdBy: string, sharedRepo?: string): Promise<PushRecord> {
    const items = itemsOf(change);
    const replaced = this.#open.filter(
      (push) => this.#isWaiting(push.id) && push.sharedRepo === sharedRepo && coversItems(items, push.items),
    );
    if (sharedRepo === undefined && this.#open.length - replaced.length >= MAX_OPEN_PUSHES) {
      throw new HubError(
        "resource_exhausted",
        `${MAX_OPEN_PUSHES} pushes wait for "${this.#peer.instanceId}" already; \`backrest-hub pushes list\` shows what they wait for`,
      );
    }
    const push = await this.#parts.store.addPush(
      {
        peerId: this.#peer.id,
        ...(sharedRepo === undefined ? {} : { sharedRepo }),
        items,
        sealedChange: this.#parts.vault.sealChange(change),
        createdMs: this.#parts.now(),
        createdBy,
      },
      replaced.map(({ id }) => id),
    );
    this.#told();
    for (const { id } of replaced) this.#forget(id);
    this.#open.push(push);
    this.#flights.set(push.id, "waiting");
    return push;
  }

  /** Hands the oldest push to the session, once that has shown what the peer has. */
  async #sendNext(): Promise<void> {
    for (;;) {
      const push = this.#open[0];
      const session = this.#session;
      if (push === undefined || session?.shown === undefined || !this.#isWaiting(push.id)) return;
      const change = this.#parts.vault.openChange(push.sealedChange);
      if (change === undefined) {
        await this.#settle(push, UNREADABLE, false);
        continue;
      }
      const left = difference(change, session.shown);
      if (isEmptyChange(left)) {
        await this.#settle(push, { state: "applied", words: "it was there already, and was not sent" }, false);
        continue;
      }
      const sharedBy = push.sharedRepo === undefined ? {} : { sharedBy: this.#parts.hubInstanceId };
      const verdict = await this.judge({ change: left, ...sharedBy });
      if (verdict.kind !== "granted") {
        await this.#settle(push, { state: "refused", words: `not sent: ${verdict.words}` }, false);
        continue;
      }
      // The session may have ended while the grants were looked up; its successor begins anew.
      if (this.#session?.target !== session.target) return;
      this.#flights.set(push.id, "handed");
      session.target.push({ id: push.id, change: left });
      return;
    }
  }

  #armConfirmation(target: PushTarget): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#inBackground(async () => {
        const push = this.#open[0];
        if (this.#session?.target !== target || push === undefined || !this.#flights.is(push.id, "flying")) return;
        // One that does not answer is ended by the session itself.
        if (!target.hasAnswered) return this.#armConfirmation(target);
        await this.#settle(push, judgeAnswered(this.#session.shown), false);
        await this.#sendNext();
      });
    }, this.#parts.confirmMs);
  }

  async #settle(push: PushRecord, verdict: PushEnd, byPeer: boolean): Promise<void> {
    if (verdict.state === "refused" && byPeer) {
      await this.#parts.store.setHostGrants({ peerId: this.#peer.id, grants: [], refusedMs: this.#parts.now() });
    }
    await this.#end(push, verdict);
  }

  async #end(push: PushRecord, { state, words }: PushEnd): Promise<void> {
    await this.#parts.store.changePush(push.id, { state, words, endedMs: this.#parts.now() });
    this.#told();
    this.#parts.logger.info(
      { push: push.id, instance: this.#peer.instanceId, state, repo: push.sharedRepo },
      `push ended: ${words}`,
    );
    this.#forget(push.id);
  }

  #told(): void {
    this.#parts.lists?.changed("pushes", "shared-repos");
  }

  #isWaiting(pushId: number): boolean {
    return this.#flights.is(pushId, "waiting");
  }

  #forget(pushId: number): void {
    this.#open = this.#open.filter(({ id }) => id !== pushId);
    this.#flights.forget(pushId);
  }

  #inBackground(work: () => Promise<void>): void {
    this.#inTurn(work).catch((reason: unknown) => {
      const { instanceId } = this.#peer;
      this.#parts.logger.error({ instance: instanceId, err: reason }, "could not go on with what is to be pushed");
    });
  }

  /** Clears the timer, and waits for work under way. */
  async close(): Promise<void> {
    this.#session = undefined;
    clearTimeout(this.#timer);
    await this.#turns.settled();
  }
}
