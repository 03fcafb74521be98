import { create } from "@bufbuild/protobuf";
import type { Repo } from "../../gen/v1/config_pb.js";
import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import { SyncStreamItem_SyncActionSetConfigSchema as SetConfigSchema } from "../../gen/v1sync/syncservice_pb.js";
import { HubError } from "../errors.js";
import type { GrantVerdict } from "../fleet/host-grants.js";
import { difference, isEmptyChange, tidyChange } from "../fleet/push-change.js";
import { readPermissions } from "../fleet/permissions.js";
import { isShared, withoutNamed, withoutShare, withShare } from "../fleet/shares.js";
import { describeConfig } from "../fleet/shown-config.js";
import type { PushRecord } from "../store/pushes.js";
import type { Grant, PeerRecord, Store } from "../store/store.js";
import type { PushDesk } from "./push-desk.js";
import type { SharedRepo, SharedRepos } from "./shared-repos.js";

export interface SharingParts {
  readonly store: Store;
  readonly sharedRepos: SharedRepos;
  readonly desk: PushDesk;
  readonly hubInstanceId: string;
}

/** How far a shared repo is with one peer. */
export interface Share {
  readonly peer: PeerRecord;
  readonly verdict: GrantVerdict;
  /** Whether the peer shows the repo as the hub has it. */
  readonly inPlace: boolean;
  readonly lastPush: PushRecord | undefined;
}

const RECENT = 300;

/** Shared repos and whom they are shared with, as the operator decides it. */
export class Sharing {
  readonly #parts: SharingParts;

  constructor(parts: SharingParts) {
    this.#parts = parts;
  }

  /** Every shared repo with its shares, by id and by instance id. */
  async list(): Promise<{ readonly shared: SharedRepo; readonly shares: readonly Share[] }[]> {
    const peers = (await this.#peers()).sort((one, other) => (one.instanceId < other.instanceId ? -1 : 1));
    const all = [];
    for (const shared of this.#parts.sharedRepos.list()) {
      const shares = [];
      for (const peer of peers) {
        if (isShared(peer.grants ?? [], shared.repo.id)) shares.push(await this.#share(peer, shared.repo));
      }
      all.push({ shared, shares });
    }
    return all;
  }

  /** @throws HubError as {@link SharedRepos.put} */
  put(repo: Repo): Promise<SharedRepo> {
    return this.#offered(this.#parts.sharedRepos.put(repo));
  }

  /**
   * The repo as the peer shows it, secrets included, to be shared from now on.
   * @throws HubError `not_found`, and as {@link put}
   */
  async putFrom(instanceId: string, repoId: string): Promise<SharedRepo> {
    return this.#offered(this.#parts.sharedRepos.putShown(await this.shownRepo(instanceId, repoId)));
  }

  /** @throws HubError `not_found` */
  async shownRepo(instanceId: string, repoId: string): Promise<Repo> {
    const peer = await this.find(instanceId);
    const repo = this.#parts.desk.shownBy(peer)?.repos.find(({ id }) => id === repoId);
    if (repo !== undefined) return repo;
    throw new HubError(
      "not_found",
      `"${instanceId}" shows the hub no repo "${repoId}"; on that machine grant the hub "Read config" for it, or give the repo's fields yourself`,
    );
  }

  /** Machines that have it keep it. @throws HubError `not_found` */
  async remove(repoId: string): Promise<void> {
    this.#parts.sharedRepos.get(repoId);
    for (const peer of await this.#peers()) {
      if (peer.grants !== undefined) await this.#setGrants(peer, withoutNamed(peer.grants, repoId));
    }
    await this.#parts.sharedRepos.remove(repoId);
    await this.#reconsiderAll();
  }

  /**
   * Shares a repo, or pushes one that is shared again where it differs.
   * @param granted the machine allows it, as somebody read there
   * @throws HubError `not_found`
   */
  async share(repoId: string, instanceId: string, granted: boolean): Promise<Share> {
    const { repo } = this.#parts.sharedRepos.get(repoId);
    const peer = await this.find(instanceId);
    if (granted) await this.#confirm(peer, await this.#withGrant(peer, repoId));
    const shared = await this.#setGrants(peer, withShare(peer.grants ?? [], repoId));
    await this.#parts.desk.lane(shared).reconsider(shared, (push) => push.sharedRepo === repoId);
    return this.#share(shared, repo);
  }

  /** The machine keeps the repo. @throws HubError `not_found` */
  async unshare(repoId: string, instanceId: string): Promise<void> {
    this.#parts.sharedRepos.get(repoId);
    const peer = await this.find(instanceId);
    const unshared = await this.#setGrants(peer, withoutShare(peer.grants ?? [], repoId));
    await this.#parts.desk.lane(unshared).reconsider(unshared, () => false);
  }

  /**
   * Keeps what a machine allows the hub, in place of what was known, and sends what waited for it.
   * @throws HubError `not_found`, `invalid_argument`
   */
  async confirm(instanceId: string, grants: readonly Grant[]): Promise<void> {
    const peer = await this.find(instanceId);
    readPermissions(grants, "current");
    await this.#confirm(peer, grants);
    await this.#parts.desk.lane(peer).reconsider(peer, ({ state }) => state === "refused");
  }

  /** @throws HubError `not_found` */
  async find(instanceId: string): Promise<PeerRecord> {
    const peer = await this.#parts.store.findPeerByInstance(instanceId);
    if (peer !== undefined) return peer;
    throw new HubError(
      "not_found",
      `no peer has the instance id "${instanceId}"; \`backrest-hub peers list\` shows all of them`,
    );
  }

  async #offered(put: Promise<SharedRepo>): Promise<SharedRepo> {
    const shared = await put;
    await this.#reconsiderAll();
    return shared;
  }

  async #peers(): Promise<PeerRecord[]> {
    return (await this.#parts.store.listPeers()).filter(({ removedMs }) => removedMs === undefined);
  }

  async #reconsiderAll(): Promise<void> {
    for (const peer of await this.#peers()) {
      await this.#parts.desk.lane(peer).reconsider(peer, () => false);
    }
  }

  async #share(peer: PeerRecord, repo: Repo): Promise<Share> {
    const { desk, hubInstanceId, store } = this.#parts;
    const change = tidyChange(create(SetConfigSchema, { repos: [repo] }), generationOf(peer));
    const config = desk.shownBy(peer);
    const pushes = await store.listPushes({ peerId: peer.id, limit: RECENT });
    return {
      peer,
      verdict: await desk.lane(peer).judge({ change, sharedBy: hubInstanceId }),
      inPlace: config !== undefined && isEmptyChange(difference(change, describeConfig(config))),
      lastPush: pushes.find(({ sharedRepo }) => sharedRepo === repo.id),
    };
  }

  #setGrants(peer: PeerRecord, grants: readonly Grant[]): Promise<PeerRecord> {
    return grants === peer.grants ? Promise.resolve(peer) : this.#parts.store.setPeerGrants(peer.id, grants);
  }

  #confirm(peer: PeerRecord, grants: readonly Grant[]): Promise<void> {
    return this.#parts.store.setHostGrants({ peerId: peer.id, grants });
  }

  /** What is known, and what a peer of that generation needs to be pushed the repo. */
  async #withGrant(peer: PeerRecord, repoId: string): Promise<readonly Grant[]> {
    const known = (await this.#parts.store.findHostGrants(peer.id))?.grants ?? [];
    if (generationOf(peer) === "current") {
      const type = GrantType.PERMISSION_RECEIVE_SHARED_REPOS;
      return [...known.filter((grant) => grant.type !== type), { type, scopes: ["*"] }];
    }
    const type = GrantType.PERMISSION_READ_WRITE_CONFIG;
    const scopes = known.find((grant) => grant.type === type)?.scopes ?? [];
    return [
      ...known.filter((grant) => grant.type !== type),
      { type, scopes: [...new Set([...scopes, `repo:${repoId}`])] },
    ];
  }
}

function generationOf(peer: PeerRecord): "seed" | "current" {
  return peer.keys.find(({ current }) => current)?.generation ?? "current";
}
