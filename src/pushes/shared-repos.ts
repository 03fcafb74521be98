import { clone, create } from "@bufbuild/protobuf";
import type { Logger } from "pino";
import { type Repo, RepoSchema } from "../../gen/v1/config_pb.js";
import { type RemoteConfig, RemoteConfigSchema } from "../../gen/v1sync/syncservice_pb.js";
import { HubError } from "../errors.js";
import { tidyRepo } from "../fleet/shown-config.js";
import type { PushStore } from "../store/pushes.js";
import { checkRepo } from "./check-change.js";
import type { Vault } from "./vault.js";

export interface SharedReposParts {
  readonly store: PushStore;
  readonly vault: Vault;
  readonly logger: Logger;
  readonly now: () => number;
  readonly hubInstanceId: string;
  /** Puts originals back where the mask was left. */
  readonly restore: (edited: RemoteConfig, original: RemoteConfig) => RemoteConfig;
}

/** A shared repo, with its secrets. */
export interface SharedRepo {
  readonly repo: Repo;
  readonly updatedMs: number;
}

/** The repos that the hub shares: few, and all of them in memory. */
export class SharedRepos {
  readonly #parts: SharedReposParts;
  readonly #repos = new Map<string, SharedRepo>();

  constructor(parts: SharedReposParts) {
    this.#parts = parts;
  }

  /** Reads what is stored. What does not open with the sealing key is left out, until it is put anew. */
  async load(): Promise<void> {
    const { store, vault, logger } = this.#parts;
    for (const { id, sealedRepo, updatedMs } of await store.listSharedRepos()) {
      const repo = vault.openRepo(sealedRepo);
      if (repo !== undefined) this.#repos.set(id, { repo, updatedMs });
      else logger.warn({ repo: id }, "a shared repo does not open with the sealing key; put it again to share it");
    }
  }

  /** By id. */
  list(): SharedRepo[] {
    return [...this.#repos.values()].sort((one, other) => (one.repo.id < other.repo.id ? -1 : 1));
  }

  repos(): readonly Repo[] {
    return this.list().map(({ repo }) => repo);
  }

  find(id: string): SharedRepo | undefined {
    return this.#repos.get(id);
  }

  /** @throws HubError `not_found` */
  get(id: string): SharedRepo {
    const shared = this.#repos.get(id);
    if (shared !== undefined) return shared;
    throw new HubError(
      "not_found",
      `the hub shares no repo "${id}"; \`backrest-hub shared-repos list\` shows all of them`,
    );
  }

  /**
   * Adds a repo or changes the one with its id.
   * @throws HubError `invalid_argument`, `already_exists`, `resource_exhausted`
   */
  async put(edited: Repo): Promise<SharedRepo> {
    return this.#keep(this.draft(edited));
  }

  /**
   * The same for a repo that a machine shows. A mask in it hides nothing of the hub's: restored, a machine that names a
   * shared repo would get its secrets beside an address of its own choice.
   * @throws HubError as {@link put}
   */
  async putShown(shown: Repo): Promise<SharedRepo> {
    return this.#keep(this.draftShown(shown));
  }

  /** What {@link put} would keep. @throws HubError `invalid_argument`, `resource_exhausted` */
  draft(edited: Repo): Repo {
    return this.#checked(this.#restored(edited, this.#repos.get(edited.id)?.repo));
  }

  /** What {@link putShown} would keep. @throws HubError `invalid_argument`, `resource_exhausted` */
  draftShown(shown: Repo): Repo {
    return this.#checked(this.#restored(shown, undefined));
  }

  #checked(given: Repo): Repo {
    const repo = this.#asShared(given);
    checkRepo(repo);
    return repo;
  }

  async #keep(repo: Repo): Promise<SharedRepo> {
    const { store, vault, now } = this.#parts;
    const updatedMs = now();
    await store.putSharedRepo({ id: repo.id, guid: repo.guid, sealedRepo: vault.sealRepo(repo), updatedMs });
    const shared = { repo, updatedMs };
    this.#repos.set(repo.id, shared);
    return shared;
  }

  /** @throws HubError `not_found` */
  async remove(id: string): Promise<void> {
    await this.#parts.store.removeSharedRepo(id);
    this.#repos.delete(id);
  }

  #restored(edited: Repo, known: Repo | undefined): Repo {
    const original = create(RemoteConfigSchema, { repos: known === undefined ? [] : [known] });
    const restored = this.#parts.restore(create(RemoteConfigSchema, { repos: [edited] }), original);
    return restored.repos[0] ?? edited;
  }

  /** As Backrest's own hosts mark what they share: a machine takes it only from the host that it names. */
  #asShared(repo: Repo): Repo {
    const shared = clone(RepoSchema, tidyRepo(repo, "current"));
    shared.shared = true;
    shared.originInstanceId = this.#parts.hubInstanceId;
    return shared;
  }
}
