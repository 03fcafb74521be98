import { clone, create, equals, type MessageInitShape } from "@bufbuild/protobuf";
import { type Plan, PlanSchema, type Repo, RepoSchema } from "../../gen/v1/config_pb.js";
import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import {
  type RemoteConfig,
  RemoteConfigSchema,
  type SyncStreamItem_SyncActionReceiveResourcesSchema as ResourcesSchema,
  type SyncStreamItem_SyncActionSetConfig as SetConfig,
} from "../../gen/v1sync/syncservice_pb.js";

/** What a machine lets its host do. Scopes are `*`, `repo:ID` and `plan:ID`. */
export interface MachineGrant {
  readonly type: GrantType;
  readonly scopes: readonly string[];
}

export interface MachineOptions {
  readonly generation: "seed" | "current";
  /** The host's instance id: what it shared before it may change. */
  readonly host: string;
  readonly grants: readonly MachineGrant[];
  readonly repos?: readonly Repo[];
  readonly plans?: readonly Plan[];
  /** 1 by default. */
  readonly modno?: number;
}

/** What became of a change: with the first a Backrest begins a new session, with the last it falls silent. */
export type SetConfigAnswer = "changed" | "unchanged" | "refused";

/** A Backrest's own repos and plans, and its way to let a host change them: all of a change or nothing. */
export class MachineSettings {
  readonly #options: MachineOptions;
  grants: readonly MachineGrant[];
  repos: Repo[];
  plans: Plan[];
  modno: number;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.grants = options.grants;
    this.modno = options.modno ?? 1;
    this.repos = (options.repos ?? []).map((repo) => clone(RepoSchema, repo));
    this.plans = (options.plans ?? []).map((plan) => clone(PlanSchema, plan));
  }

  /** What the host sees of it. */
  shown(): RemoteConfig {
    const types = [GrantType.PERMISSION_READ_CONFIG, GrantType.PERMISSION_READ_WRITE_CONFIG];
    return create(RemoteConfigSchema, {
      modno: this.modno,
      version: this.#options.generation === "seed" ? 4 : 6,
      repos: this.repos.filter(({ id }) => this.#allows(types, `repo:${id}`)),
      plans: this.plans.filter(({ id }) => this.#allows(types, `plan:${id}`)),
    });
  }

  /** What it lists, whatever it shows of it; where single repos may be read of, those, and no plan. */
  listed(): MessageInitShape<typeof ResourcesSchema> {
    const read = GrantType.PERMISSION_READ_OPERATIONS;
    const types = [read, GrantType.PERMISSION_READ_CONFIG, GrantType.PERMISSION_READ_WRITE_CONFIG];
    const isBounded = this.grants.some(({ type }) => type === read);
    const lists = (scope: string) => !isBounded || this.#allows(types, scope);
    return {
      repos: this.repos.filter(({ id }) => lists(`repo:${id}`)).map(({ id, guid }) => ({ id, guid })),
      plans: this.plans.filter(({ id }) => lists(`plan:${id}`)).map(({ id }) => ({ id })),
    };
  }

  /** The seed generation writes its file, and begins anew, whatever the change says. */
  set(change: SetConfig): SetConfigAnswer {
    const repos = this.repos.map((repo) => clone(RepoSchema, repo));
    const plans = this.plans.map((plan) => clone(PlanSchema, plan));
    const isTaken =
      change.plans.every((plan) => this.#setPlan(plans, plan)) &&
      change.repos.every((repo) => this.#setRepo(repos, repo)) &&
      change.plansToDelete.every((id) => this.#remove(plans, id, `plan:${id}`)) &&
      change.reposToDelete.every((id) => this.#remove(repos, id, `repo:${id}`));
    if (!isTaken || !isValid(repos, plans)) return "refused";
    for (const repo of repos) repo.env.sort();
    for (const plan of plans) plan.paths.sort();
    repos.sort(byId);
    plans.sort(byId);
    const before = create(RemoteConfigSchema, { repos: this.repos.toSorted(byId), plans: this.plans.toSorted(byId) });
    const isSame = equals(RemoteConfigSchema, create(RemoteConfigSchema, { repos, plans }), before);
    if (isSame && this.#options.generation === "current") return "unchanged";
    this.repos = repos;
    this.plans = plans;
    this.modno++;
    return "changed";
  }

  #setPlan(plans: Plan[], plan: Plan): boolean {
    if (!this.#mayWrite(`plan:${plan.id}`)) return false;
    put(plans, ({ id }) => id === plan.id, clone(PlanSchema, plan));
    return true;
  }

  #setRepo(repos: Repo[], repo: Repo): boolean {
    const { generation, host } = this.#options;
    const known = repos.find(({ guid }) => guid === repo.guid);
    const isHosts = known === undefined || known.originInstanceId === host;
    const takesShared =
      generation === "current" &&
      isHosts &&
      this.grants.some(({ type }) => type === GrantType.PERMISSION_RECEIVE_SHARED_REPOS);
    if (!takesShared && !this.#mayWrite(`repo:${repo.id}`)) return false;
    const clashes = repos.some(({ id, uri }) => id === repo.id || uri === repo.uri);
    // The current generation leaves a new repo out that clashes with one of its own.
    if (known === undefined && clashes && generation === "current") return true;
    put(repos, ({ guid }) => guid === repo.guid, clone(RepoSchema, repo));
    return true;
  }

  #remove(entries: { readonly id: string }[], id: string, scope: string): boolean {
    if (!this.#mayWrite(scope)) return false;
    const index = entries.findIndex((entry) => entry.id === id);
    if (index >= 0) entries.splice(index, 1);
    return true;
  }

  #mayWrite(scope: string): boolean {
    return this.#allows([GrantType.PERMISSION_READ_WRITE_CONFIG], scope);
  }

  #allows(types: readonly GrantType[], scope: string): boolean {
    return this.grants.some(({ type, scopes }) => {
      const isBlanket = scopes.length === 0 && this.#options.generation === "current";
      return types.includes(type) && (isBlanket || scopes.includes("*") || scopes.includes(scope));
    });
  }
}

function put<T>(entries: T[], isIt: (entry: T) => boolean, entry: T): void {
  const index = entries.findIndex(isIt);
  if (index >= 0) entries[index] = entry;
  else entries.push(entry);
}

/** What a Backrest refuses to save: an id that comes twice, a plan without its repo. */
function isValid(repos: readonly Repo[], plans: readonly Plan[]): boolean {
  const ids = new Set(repos.map(({ id }) => id));
  return ids.size === repos.length && plans.every(({ repo }) => ids.has(repo));
}

function byId(one: { readonly id: string }, other: { readonly id: string }): number {
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
}
