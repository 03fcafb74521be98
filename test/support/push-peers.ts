import { createHash } from "node:crypto";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { PushService, type PushState } from "../../gen/hub/v1/pushes_pb.js";
import { Multihost_Permission_Type as GrantType, type Repo, RepoSchema } from "../../gen/v1/config_pb.js";
import { CurrentPeer } from "../../src/client/current-peer.js";
import { MachineSettings, type MachineGrant, type MachineOptions } from "../../src/client/machine-settings.js";
import { SeedPeer } from "../../src/client/peer.js";
import { callHub, tokenTransport } from "./hub-calls.js";
import type { TestHub } from "./test-hub.js";

export const READ: MachineGrant = { type: GrantType.PERMISSION_READ_CONFIG, scopes: ["*"] };
export const WRITE: MachineGrant = { type: GrantType.PERMISSION_READ_WRITE_CONFIG, scopes: ["*"] };
export const RECEIVE: MachineGrant = { type: GrantType.PERMISSION_RECEIVE_SHARED_REPOS, scopes: ["*"] };

/** A machine that lets its host change it, dials anew whenever it was changed, and counts what it was sent. */
export class PushPeer {
  readonly settings: MachineSettings;
  readonly peer: SeedPeer | CurrentPeer;
  /** Changes that came, refused ones included. */
  readonly changes: { readonly repos: readonly Repo[] }[] = [];
  sessions = 0;

  constructor(hub: TestHub, instanceId: string, options: Omit<MachineOptions, "host">) {
    this.settings = new MachineSettings({ host: hub.directory.identity.instanceId, ...options });
    const own = {
      url: hub.url,
      instanceId,
      settings: this.settings,
      onItem: ({ action }: { action: { case: string | undefined; value?: unknown } }) => {
        if (action.case === "setConfig") this.changes.push(changeOf(action.value));
      },
    };
    this.peer = options.generation === "seed" ? new SeedPeer(own) : new CurrentPeer(own);
  }

  get keyid(): string {
    return this.peer.identity.keyid;
  }

  async connect(): Promise<void> {
    const session = await this.peer.connect({ newConnection: true });
    this.sessions++;
    void session.ended.then(({ cause }) => (cause === "configured" ? this.connect().catch(() => {}) : undefined));
  }
}

function changeOf(value: unknown): { repos: Repo[] } {
  return value instanceof Object && "repos" in value && Array.isArray(value.repos)
    ? { repos: value.repos }
    : { repos: [] };
}

/** Adds the machine to the hub; it does not dial by itself. */
export async function addPushPeer(
  hub: TestHub,
  instanceId: string,
  options: Omit<MachineOptions, "host">,
): Promise<PushPeer> {
  const machine = new PushPeer(hub, instanceId, options);
  await callHub(hub).peers.addPeer({ instanceId, keyid: machine.keyid });
  return machine;
}

export function pushClient(hub: TestHub) {
  return createClient(PushService, tokenTransport(hub.url, hub.token));
}

/** States of a peer's pushes, oldest first. */
export async function statesOf(hub: TestHub, instanceId: string): Promise<PushState[]> {
  const { pushes } = await pushClient(hub).listPushes({ instanceId });
  return pushes.map(({ state }) => state).reverse();
}

export function repo(id: string, more: MessageInitShape<typeof RepoSchema> = {}): Repo {
  const guid = createHash("sha256").update(id).digest("hex");
  return create(RepoSchema, { id, uri: `/srv/${id}`, guid, password: `password of ${id}`, ...more });
}
