import { Code, ConnectError, createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { Authentication } from "../../gen/v1/authentication_pb.js";
import { Multihost_Permission_Type } from "../../gen/v1/config_pb.js";
import type { OperationEvent } from "../../gen/v1/operations_pb.js";
import { Backrest } from "../../gen/v1/service_pb.js";
import { BackrestSyncStateService, type PeerState } from "../../gen/v1sync/syncservice_pb.js";

/** What the test's page found, in values that leave a browser as they are. */
export interface PageFindings {
  /** What the configuration says to a page that has not logged in. */
  readonly beforeLogin: string;
  readonly firstEvent: string;
  readonly instance: string;
  readonly loginDisabled: boolean;
  readonly clients: readonly string[];
  readonly peers: readonly string[];
  readonly followedPeers: readonly string[];
  readonly cards: readonly string[];
  /** Numbers of operations by what was asked. */
  readonly counts: Readonly<Record<string, number>>;
  readonly logWords: string;
  readonly refusals: readonly string[];
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  /** Original ids of what came live, and hub ids of what was deleted. */
  readonly createdLive: number;
  readonly deletedLive: number;
}

/** Makes the calls of Backrest's own page, in its order and with its arguments. Runs in a browser. */
async function visit(baseUrl: string, username: string, password: string): Promise<PageFindings> {
  let token = "";
  const authorize: Interceptor = (next) => (request) => {
    if (token !== "") request.header.set("Authorization", `Bearer ${token}`);
    return next(request);
  };
  const transport = createConnectTransport({ baseUrl, useBinaryFormat: true, interceptors: [authorize] });
  const backrest = createClient(Backrest, transport);
  const states = createClient(BackrestSyncStateService, transport);
  const stop = new AbortController();
  const { signal } = stop;

  const refused = await backrest.getConfig({}).catch((reason: unknown) => ConnectError.from(reason).code);
  const beforeLogin = typeof refused === "number" ? (Code[refused] ?? "") : "shown";
  ({ token } = await createClient(Authentication, transport).login({ username, password }));

  // On every page load: the events first, then the configuration, the states, and a row of the side bar each.
  const events = collect(backrest.getOperationEvents({}, { signal }));
  const config = await backrest.getConfig({});
  const followed = collect(states.getPeerSyncStatesStream({ subscribe: true }, { signal }));
  const peers: PeerState[] = [];
  for await (const state of states.getPeerSyncStatesStream({ subscribe: false })) peers.push(state);
  const peer = peers[0];
  if (peer === undefined) throw new Error("no peer has a state");
  const repo = peer.knownRepos[0];
  const plan = peer.knownPlans[0];
  if (repo === undefined || plan === undefined) throw new Error("the peer knows no repo or no plan");
  const ofPeer = { originalInstanceKeyid: peer.peerKeyid };
  const ask = async (selector: object, lastN = 0n) =>
    (await backrest.getOperations({ selector, lastN })).operations.length;
  const counts: Record<string, number> = {
    "row of a peer": await ask(ofPeer, 20n),
    "row of a peer's repo": await ask({ ...ofPeer, repoGuid: repo.guid }, 20n),
    "row of a peer's plan": await ask({ ...ofPeer, planId: plan.id }, 20n),
    "row of an own plan": await ask({ originalInstanceKeyid: "", planId: plan.id, repoGuid: repo.guid }, 20n),
    "row of an own repo": await ask({ instanceId: config.instance, repoGuid: repo.guid }, 20n),
  };

  // The first page, and the views.
  const dashboard = await backrest.getSummaryDashboard({});
  counts["a running plan"] = await ask({ planId: plan.id }, 1n);
  counts["view of a repo"] = await ask({ repoGuid: repo.guid }, 10_000n);
  counts["figures of a repo"] = await ask({ repoGuid: repo.guid, instanceId: peer.peerInstanceId });
  counts["view of a peer's repo"] = await ask({ ...ofPeer, repoGuid: repo.guid }, 10_000n);
  counts["view of a peer's plan"] = await ask({ ...ofPeer, planId: plan.id }, 10_000n);
  const log = await collect(backrest.getLogs({ ref: "../../etc/passwd" })).done;
  const refusals: string[] = [];
  for (const call of [
    () => backrest.backup({ value: plan.id }),
    () => backrest.doRepoTask({ repoId: repo.id }),
    () => backrest.cancel({ operationId: 1n }),
    () => backrest.forget({ repoId: repo.id, planId: plan.id }),
    () => backrest.listSnapshotFiles({ repoId: repo.id }),
    () => backrest.setConfig(config),
  ]) {
    const error = await call().then(
      () => undefined,
      (reason: unknown) => ConnectError.from(reason),
    );
    if (error?.code === Code.Unimplemented) refusals.push(error.rawMessage);
  }

  // What a row offers, and the settings.
  const { operations } = await backrest.getOperations({ selector: { ...ofPeer, planId: plan.id } });
  const [first, second] = operations;
  await backrest.clearHistory({ selector: { ids: [first?.id ?? 0n] } });
  await backrest.clearHistory({ selector: { flowId: second?.flowId ?? 0n } });
  counts["view after clearing two"] = await ask({ ...ofPeer, planId: plan.id }, 10_000n);
  await backrest.generatePairingToken({
    label: "from the page",
    ttlSeconds: 3_600n,
    maxUses: 1,
    permissions: [{ type: Multihost_Permission_Type.PERMISSION_RECEIVE_SHARED_REPOS, scopes: ["*"] }],
  });
  const after = await backrest.getConfig({});
  const live = (kind: OperationEvent["event"]["case"]) => events.got.filter(({ event }) => event.case === kind).length;
  for (let tries = 0; tries < 200 && (live("createdOperations") === 0 || live("deletedOperations") < 2); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  stop.abort();
  return {
    beforeLogin,
    firstEvent: events.got[0]?.event.case ?? "none",
    instance: config.instance,
    loginDisabled: config.auth?.disabled ?? false,
    clients: config.multihost?.authorizedClients.map(({ instanceId }) => instanceId) ?? [],
    peers: peers.map(({ peerInstanceId }) => peerInstanceId),
    followedPeers: followed.got.map(({ peerInstanceId }) => peerInstanceId),
    cards: dashboard.planSummaries.map(({ id }) => id),
    counts,
    logWords: log.map(({ value }) => new TextDecoder().decode(value)).join(""),
    refusals,
    tokensBefore: config.multihost?.pairingTokens.length ?? 0,
    tokensAfter: after.multihost?.pairingTokens.length ?? 0,
    createdLive: live("createdOperations"),
    deletedLive: live("deletedOperations"),
  };
}

interface Collected<T> {
  readonly got: T[];
  readonly done: Promise<T[]>;
}

/** What a stream brings; it may end by being stopped. */
function collect<T>(stream: AsyncIterable<T>): Collected<T> {
  const got: T[] = [];
  const run = async () => {
    try {
      for await (const message of stream) got.push(message);
    } catch (reason) {
      if (ConnectError.from(reason).code !== Code.Canceled) throw reason;
    }
    return got;
  };
  return { got, done: run() };
}

Object.assign(globalThis, { visit });
