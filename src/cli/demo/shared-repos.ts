import { createClient } from "@connectrpc/connect";
import { PushService, PushState } from "../../../gen/hub/v1/pushes_pb.js";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunningTarget } from "../hub-connection.js";

/** With whom the new vault is shared: `allowed` says that somebody read the permission on that machine. */
const SHARES: readonly { readonly instanceId: string; readonly allowed: boolean }[] = [
  { instanceId: "git-forge", allowed: true },
  { instanceId: "vps-fra-1", allowed: true },
  { instanceId: "k8s-node-1", allowed: true },
  { instanceId: "till-1", allowed: true },
  // It does not show its configuration, so nobody can confirm.
  { instanceId: "vps-hel-2", allowed: true },
  // It lets nobody change it, whatever was said.
  { instanceId: "dev-laptop-7", allowed: true },
  // Both are gone.
  { instanceId: "reception-pc", allowed: true },
  { instanceId: "sales-laptop-3", allowed: true },
  { instanceId: "workshop-laptop", allowed: false },
];
const VAULT = {
  id: "vault-2026",
  uri: "rest:https://fleet:demo-rest-password@vault2.example.org:8000/fleet",
  guid: "2026".repeat(16),
  password: "demo-repo-password",
  flags: ["--limit-upload=8192"],
};
const ARCHIVE = {
  id: "cold-archive",
  uri: "b2:example-archive:fleet",
  guid: "c01d".repeat(16),
  password: "demo-repo-password",
  env: ["B2_ACCOUNT_ID=demo", "B2_ACCOUNT_KEY=demo-account-key"],
};
/** They are waited for, so that what is said of the first push is so. */
export const PUSHED_TO = SHARES.map(({ instanceId }) => instanceId);
const LOOK_EVERY_MS = 500;
const PATIENCE_MS = 30_000;

/** Shares two repos, and then changes one of them: what waited for a machine that is gone is superseded. */
export async function shareRepos({ transport }: RunningTarget, signal: AbortSignal): Promise<void> {
  const pushes = createClient(PushService, transport);
  await pushes.putSharedRepo({ repo: VAULT });
  await pushes.putSharedRepo({ repo: ARCHIVE });
  for (const { instanceId, allowed: granted } of SHARES) {
    await pushes.shareRepo({ repoId: VAULT.id, instanceId, granted });
  }
  for (const instanceId of ["wiki", "git-forge"]) {
    await pushes.shareRepo({ repoId: ARCHIVE.id, instanceId, granted: true });
  }
  const endMs = performance.now() + PATIENCE_MS;
  const isOpen = async () => {
    const all = (await pushes.listPushes({})).pushes;
    return all.some(({ state, sentAt }) => state === PushState.PENDING && sentAt !== undefined);
  };
  do await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
  while (!signal.aborted && performance.now() < endMs && (await isOpen()));
  if (!signal.aborted) await pushes.putSharedRepo({ repo: { ...VAULT, flags: ["--limit-upload=20000"] } });
}
