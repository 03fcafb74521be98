import { restoreMasked } from "../access/restore.js";
import type { ListChanges } from "../notices.js";
import { PushDesk } from "../pushes/push-desk.js";
import { SharedRepos } from "../pushes/shared-repos.js";
import { Sharing } from "../pushes/sharing.js";
import { Vault } from "../pushes/vault.js";
import type { Ground } from "./ground.js";

/** How long a machine that goes on after a push is waited for: one that took a change begins a new session at once. */
const PUSH_CONFIRM_MS = 20_000;

/** What the hub sends to its peers. */
export interface Pushing {
  readonly desk: PushDesk;
  readonly sharedRepos: SharedRepos;
  readonly sharing: Sharing;
}

export async function openPushing({ store, sealer, logger, own }: Ground, lists: ListChanges): Promise<Pushing> {
  const parts = {
    store,
    vault: new Vault(sealer),
    logger,
    lists,
    now: Date.now,
    hubInstanceId: own.instanceId,
    restore: restoreMasked,
    confirmMs: PUSH_CONFIRM_MS,
  };
  const sharedRepos = new SharedRepos(parts);
  await sharedRepos.load();
  const desk = new PushDesk({ ...parts, sharedRepos });
  return { desk, sharedRepos, sharing: new Sharing({ ...parts, sharedRepos, desk }) };
}
