import { create } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { afterEach, describe, expect, test } from "@jest/globals";
import { PushPermission, PushState } from "../../gen/hub/v1/pushes_pb.js";
import { PlanSchema } from "../../gen/v1/config_pb.js";
import { callHub, eventually } from "../support/hub-calls.js";
import { addPushPeer, type PushPeer, pushClient, READ, RECEIVE, repo, statesOf, WRITE } from "../support/push-peers.js";
import { startTestHub, type TestHub } from "../support/test-hub.js";

const { PENDING, APPLIED, REFUSED, SUPERSEDED, SENT } = PushState;
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

describe.each(["current", "seed"] as const)("a %s peer", (generation) => {
  const SHARE = generation === "current" ? [READ, RECEIVE] : [WRITE];

  test("PUSH1: a shared repo is there once, its edits arrive, and nothing is sent twice", async () => {
    const hub = await testHub();
    const machine = await connected(hub, "laptop", { generation, grants: SHARE });
    const pushes = pushClient(hub);
    await pushes.putSharedRepo({ repo: repo("offsite", { env: ["B=2", "A=1"] }) });
    await pushes.shareRepo({ repoId: "offsite", instanceId: "laptop", granted: true });
    await eventually(async () => expect(await statesOf(hub, "laptop")).toEqual([APPLIED]));
    expect(machine.settings.repos).toMatchObject([
      { id: "offsite", password: "password of offsite", env: ["A=1", "B=2"], shared: generation === "current" },
    ]);
    const changed = { ...repo("offsite"), uri: "/srv/elsewhere" };
    await pushes.putSharedRepo({ repo: changed });
    await eventually(async () => expect(await statesOf(hub, "laptop")).toEqual([APPLIED, APPLIED]));
    expect(machine.settings.repos).toMatchObject([{ uri: "/srv/elsewhere" }]);
    await pushes.putSharedRepo({ repo: changed });
    await pushes.shareRepo({ repoId: "offsite", instanceId: "laptop" });
    machine.peer.kill();
    await machine.connect();
    await settled(hub, machine);
    expect(machine.changes).toHaveLength(2);
    expect(machine.sessions).toBe(4);
  });

  test("PUSH4: what is not known to be granted is not sent, and the machine stays connected", async () => {
    const hub = await testHub();
    const machine = await connected(hub, "laptop", { generation, grants: [READ] });
    const pushes = pushClient(hub);
    await pushes.putSharedRepo({ repo: repo("offsite") });
    const { share } = await pushes.shareRepo({ repoId: "offsite", instanceId: "laptop" });
    expect(share).toMatchObject({
      permission: PushPermission.UNKNOWN,
      lastPush: PushState.UNSPECIFIED,
      message: expect.stringMatching(
        /nobody has said whether "laptop" allows the hub to give it .*On that machine .*pushes confirm laptop/,
      ),
    });
    await settled(hub, machine);
    expect(machine.changes).toEqual([]);
    expect(machine.peer.state.name).toBe("open");
  });

  test("PUSH5: a refusal is found out at the machine's next connection, and nothing more is sent", async () => {
    const hub = await testHub();
    const machine = await connected(hub, "laptop", { generation, grants: [READ] });
    const pushes = pushClient(hub);
    await pushes.putSharedRepo({ repo: repo("offsite") });
    await pushes.shareRepo({ repoId: "offsite", instanceId: "laptop", granted: true });
    await eventually(() => expect(machine.peer.state).toMatchObject({ name: "ended", end: { cause: "gave-up" } }));
    expect(await statesOf(hub, "laptop")).toEqual([PENDING]);
    await machine.connect();
    await eventually(async () => expect(await statesOf(hub, "laptop")).toEqual([REFUSED]));
    expect((await pushes.listPushes({})).pushes[0]?.message).toContain("came back unchanged");
    await pushes.shareRepo({ repoId: "offsite", instanceId: "laptop" });
    await settled(hub, machine);
    expect(machine.changes).toHaveLength(1);
    const change = { peerKeyid: machine.keyid, repos: [repo("other")] };
    await expect(callHub(hub).states.setRemoteClientConfig(change)).rejects.toMatchObject({
      code: Code.PermissionDenied,
      rawMessage: expect.stringContaining("refused a push on"),
    });
    machine.settings.grants = [...SHARE, READ];
    await pushes.shareRepo({ repoId: "offsite", instanceId: "laptop", granted: true });
    await eventually(async () => expect(await statesOf(hub, "laptop")).toEqual([REFUSED, APPLIED]));
  });

  test("PUSH6: what was asked for while the machine was away, and the hub restarted, is delivered", async () => {
    let hub = await testHub();
    const machine = await connected(hub, "laptop", { generation, grants: SHARE });
    machine.peer.kill();
    const pushes = pushClient(hub);
    await pushes.putSharedRepo({ repo: repo("offsite") });
    await pushes.shareRepo({ repoId: "offsite", instanceId: "laptop", granted: true });
    await pushes.putSharedRepo({ repo: repo("offsite", { password: "a newer one" }) });
    expect(await statesOf(hub, "laptop")).toEqual([SUPERSEDED, PENDING]);
    hub = await restarted(hub);
    expect(await statesOf(hub, "laptop")).toEqual([SUPERSEDED, PENDING]);
    await machine.connect();
    await eventually(async () => expect(await statesOf(hub, "laptop")).toEqual([SUPERSEDED, APPLIED]));
    expect(machine.settings.repos).toMatchObject([{ password: "a newer one" }]);
    expect(machine.changes).toHaveLength(1);
  });

  test("PUSH7: the second push waits until the first has ended", async () => {
    const hub = await testHub();
    const machine = await connected(hub, "laptop", { generation, grants: [WRITE] });
    await pushClient(hub).confirmPermissions({ instanceId: "laptop", permissions: [grant(WRITE)] });
    const { states } = callHub(hub);
    const plans = (paths: string[]) => [create(PlanSchema, { id: "home", repo: "offsite", paths })];
    await states.setRemoteClientConfig({ peerKeyid: machine.keyid, repos: [repo("offsite")] });
    await states.setRemoteClientConfig({ peerKeyid: machine.keyid, plans: plans(["/b", "/a"]) });
    await eventually(async () => expect(await statesOf(hub, "laptop")).toEqual([APPLIED, APPLIED]));
    expect(machine.settings.plans).toMatchObject([{ id: "home", paths: ["/a", "/b"] }]);
    await states.setRemoteClientConfig({ peerKeyid: machine.keyid, plans: plans(["/a", "/b"]) });
    await states.setRemoteClientConfig({
      peerKeyid: machine.keyid,
      plansToDelete: ["home"],
      reposToDelete: ["offsite"],
    });
    await eventually(async () => expect(await statesOf(hub, "laptop")).toEqual([APPLIED, APPLIED, APPLIED]));
    expect(machine.settings.repos).toEqual([]);
    expect(machine.sessions).toBe(4);
  });

  test("PUSH8: masks that come back keep the machine's own secrets", async () => {
    const hub = await testHub();
    const repos = [repo("own", { uri: "rest:https://user:topmost@host/own", env: ["KEY=secret"] })];
    const machine = await connected(hub, "laptop", { generation, grants: [WRITE], repos });
    await pushClient(hub).confirmPermissions({ instanceId: "laptop", permissions: [grant(WRITE)] });
    const shown = await eventually(async () => {
      const state = await callHub(hub).stateOf(machine.keyid);
      expect(state?.remoteConfig?.repos).toHaveLength(1);
      return state?.remoteConfig?.repos ?? [];
    });
    expect(JSON.stringify(shown, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value))).not.toMatch(
      /topmost|secret|password of/,
    );
    const edited = shown.map((each) => ({ ...each, autoUnlock: true }));
    await callHub(hub).states.setRemoteClientConfig({ peerKeyid: machine.keyid, repos: edited });
    await eventually(async () => expect(await statesOf(hub, "laptop")).toEqual([APPLIED]));
    expect(machine.settings.repos).toMatchObject([
      {
        uri: "rest:https://user:topmost@host/own",
        password: "password of own",
        env: ["KEY=secret"],
        autoUnlock: true,
      },
    ]);
  });
});

describe("pushes", () => {
  test("PUSH9: a machine that does not show its configuration cannot confirm: sent, once", async () => {
    const hub = await testHub();
    const machine = await connected(hub, "laptop", { generation: "current", grants: [RECEIVE] });
    const pushes = pushClient(hub);
    await pushes.putSharedRepo({ repo: repo("offsite") });
    await pushes.shareRepo({ repoId: "offsite", instanceId: "laptop", granted: true });
    await eventually(async () => expect(await statesOf(hub, "laptop")).toEqual([SENT]));
    machine.peer.kill();
    await machine.connect();
    await settled(hub, machine);
    expect(machine.changes).toHaveLength(1);
    expect(machine.settings.repos).toHaveLength(1);
    await pushes.putSharedRepo({ repo: repo("offsite", { password: "a newer one" }) });
    await eventually(async () => expect(await statesOf(hub, "laptop")).toEqual([SENT, SENT]));
    expect(machine.settings.repos).toMatchObject([{ password: "a newer one" }]);
  });

  test("PUSH10: unsharing and removing send nothing, and the machine keeps what it has", async () => {
    const { hub, machine, pushes } = await sharedWithLaptop();
    await pushes.unshareRepo({ repoId: "offsite", instanceId: "laptop" });
    await pushes.putSharedRepo({ repo: repo("offsite", { password: "a newer one" }) });
    await pushes.removeSharedRepo({ id: "offsite" });
    expect((await pushes.listSharedRepos({})).repos).toEqual([]);
    await settled(hub, machine);
    expect(machine.changes).toHaveLength(1);
    expect(machine.settings.repos).toHaveLength(1);
  });

  test("PUSH10: another repo under the id of one that was removed goes to nobody until it is shared", async () => {
    const { hub, machine, pushes } = await sharedWithLaptop();
    await pushes.removeSharedRepo({ id: "offsite" });
    await pushes.putSharedRepo({ repo: repo("offsite", { password: "of another repo" }) });
    expect((await pushes.listSharedRepos({})).repos).toMatchObject([{ shares: [] }]);
    await settled(hub, machine);
    expect(machine.changes).toHaveLength(1);
  });

  test("PUSH11: what would be sent is shown before, with its secrets masked", async () => {
    const hub = await testHub();
    const repos = [repo("own", { env: ["KEY=secret"] })];
    await connected(hub, "laptop", { generation: "current", grants: [READ], repos });
    const pushes = pushClient(hub);
    await eventually(async () => {
      const { repo: copy } = await pushes.putSharedRepo({ repo: { id: "own" }, fromInstanceId: "laptop" });
      expect(copy?.repo?.password).not.toContain("password of");
    });
    await pushes.putSharedRepo({ repo: repo("own", { env: ["KEY=another"] }) });
    await pushes.shareRepo({ repoId: "own", instanceId: "laptop" });
    const shown = await pushes.showDifference({ instanceId: "laptop" });
    expect(shown).toMatchObject({
      permission: PushPermission.NOT_GRANTED,
      message: expect.stringContaining('a repo of its own, "own"'),
    });
    expect(shown.differences).toMatchObject([
      { item: { case: "repo", value: { changedFields: ["env", "shared", "origin_instance_id"] } } },
    ]);
    expect(JSON.stringify(shown.differences)).not.toMatch(/secret|another|password of/);
  });

  test("PUSH16: what a changed shared repo would do is shown before, at the hub and on each machine", async () => {
    const hub = await testHub();
    const pushes = pushClient(hub);
    const machine = await connected(hub, "laptop", { generation: "current", grants: [READ, RECEIVE] });
    await connected(hub, "silent", { generation: "current", grants: [RECEIVE] });
    await connected(hub, "other", { generation: "current", grants: [READ], repos: [repo("else")] });
    await pushes.putSharedRepo({ repo: repo("offsite") });
    await pushes.shareRepo({ repoId: "offsite", instanceId: "laptop", granted: true });
    await pushes.shareRepo({ repoId: "offsite", instanceId: "silent", granted: true });
    await eventually(async () => expect(await statesOf(hub, "laptop")).toEqual([APPLIED]));
    const { repos } = await pushes.listSharedRepos({});
    const masked = repos[0]?.repo;
    if (masked === undefined) throw new Error("there is no shared repo");

    const same = await pushes.previewSharedRepo({ repo: masked });
    expect(same.change).toBeUndefined();
    expect(same.machines).toMatchObject([
      { instanceId: "laptop", showsConfiguration: true, permission: PushPermission.GRANTED, message: "" },
      { instanceId: "silent", showsConfiguration: false, difference: { changedFields: [] } },
    ]);
    expect(same.machines[0]?.difference).toBeUndefined();

    const edited = { ...masked, uri: "/srv/elsewhere", password: "a new one" };
    const preview = await pushes.previewSharedRepo({ repo: edited, instanceIds: ["other"] });
    expect(preview.change).toMatchObject({ changedFields: ["uri", "password"], before: { uri: "/srv/offsite" } });
    expect(preview.machines.map(({ instanceId, permission }) => [instanceId, permission])).toEqual([
      ["laptop", PushPermission.GRANTED],
      ["other", PushPermission.UNKNOWN],
      ["silent", PushPermission.GRANTED],
    ]);
    expect(preview.machines[0]?.difference?.changedFields).toEqual(["uri", "password"]);
    expect(preview.machines[1]?.message).toContain("pushes confirm other RECEIVE_SHARED_REPOS");
    expect(JSON.stringify(preview.machines)).not.toMatch(/password of|a new one/);

    await settled(hub, machine);
    expect(machine.settings.repos).toMatchObject([{ uri: "/srv/offsite" }]);
    expect((await pushes.listSharedRepos({})).repos).toHaveLength(1);
    await expect(pushes.previewSharedRepo({ repo: { ...masked, guid: "x" } })).rejects.toMatchObject({
      code: Code.InvalidArgument,
    });
    await expect(pushes.previewSharedRepo({ repo: masked, instanceIds: ["nobody"] })).rejects.toMatchObject({
      code: Code.NotFound,
    });
  });

  test("PUSH16: a repo that a machine shows is looked at before it is copied, and a mask in it hides nothing", async () => {
    const hub = await testHub();
    const pushes = pushClient(hub);
    await connected(hub, "laptop", { generation: "current", grants: [READ], repos: [repo("own")] });
    await eventually(async () =>
      expect(await pushes.previewSharedRepo({ repo: { id: "own" }, fromInstanceId: "laptop" })).toMatchObject({
        change: { after: { id: "own", password: "***hidden***" }, changedFields: [] },
        machines: [],
      }),
    );
    expect((await pushes.listSharedRepos({})).repos).toEqual([]);
  });

  test("PUSH11: what is to be confirmed comes with what would not be sent, and opens it", async () => {
    const hub = await testHub();
    const pushes = pushClient(hub);
    const grants = [READ, { ...WRITE, scopes: ["plan:a", "plan:home"] }];
    const machine = await connected(hub, "laptop", { generation: "current", grants, repos: [repo("r")] });
    await pushes.confirmPermissions({ instanceId: "laptop", permissions: [grant(RECEIVE)] });
    const plans = [create(PlanSchema, { id: "home", repo: "r" })];
    const { permission, toConfirm } = await pushes.showDifference({ instanceId: "laptop", plans });
    expect(permission).toBe(PushPermission.NOT_GRANTED);
    expect(toConfirm).toMatchObject([grant(RECEIVE), grant(WRITE)]);
    await pushes.confirmPermissions({ instanceId: "laptop", permissions: toConfirm });
    expect(await pushes.showDifference({ instanceId: "laptop", plans })).toMatchObject({
      permission: PushPermission.GRANTED,
      toConfirm: [],
    });
    await callHub(hub).states.setRemoteClientConfig({ peerKeyid: machine.keyid, plans });
    await eventually(() => expect(machine.settings.plans).toMatchObject([{ id: "home" }]));
  });

  test("PUSH14: a machine that shows a mask does not get the secret of the repo that it names", async () => {
    const hub = await testHub();
    const env = ["RESTIC_REST_PASSWORD=s3cret"];
    const pushes = pushClient(hub);
    await pushes.putSharedRepo({ repo: repo("offsite", { env }) });
    const masked = { password: "***hidden***", env: ["RESTIC_REST_PASSWORD=***hidden***"] };
    const repos = [repo("offsite", { ...masked, uri: "rest:http://attacker.example" })];
    await connected(hub, "laptop", { generation: "current", grants: [READ], repos });
    const take = () => pushes.putSharedRepo({ repo: { id: "offsite" }, fromInstanceId: "laptop" });
    await eventually(() =>
      expect(take()).rejects.toMatchObject({
        code: Code.InvalidArgument,
        rawMessage: expect.stringContaining("password"),
      }),
    );
    expect((await pushes.listSharedRepos({})).repos).toMatchObject([{ repo: { uri: "/srv/offsite" } }]);
  });

  test("PUSH12: what cannot be is refused in words", async () => {
    const hub = await testHub();
    const { states } = callHub(hub);
    const machine = await addPushPeer(hub, "laptop", { generation: "current", grants: [] });
    const set = (change: object) => states.setRemoteClientConfig({ peerKeyid: machine.keyid, ...change });
    await expect(set({ peerKeyid: "ed25519.x" })).rejects.toMatchObject({ code: Code.NotFound });
    await expect(set({})).rejects.toMatchObject({ code: Code.InvalidArgument });
    await expect(set({ repos: [repo("r", { guid: "" })] })).rejects.toMatchObject({
      code: Code.InvalidArgument,
      rawMessage: expect.stringContaining("restic cat config"),
    });
    await expect(set({ repos: [repo("r", { password: "***hidden***" })] })).rejects.toMatchObject({
      code: Code.InvalidArgument,
    });
    await expect(set({ plansToDelete: ["home"] })).rejects.toMatchObject({
      code: Code.FailedPrecondition,
      rawMessage: expect.stringContaining(`change plan "home"`),
    });
    await pushClient(hub).confirmPermissions({ instanceId: "laptop", permissions: [grant(WRITE)] });
    for (let n = 0; n < 16; n++) await set({ repos: [repo(`r${n}`)] });
    await expect(set({ repos: [repo("r16")] })).rejects.toMatchObject({ code: Code.ResourceExhausted });
    await set({ repos: [repo("r3", { autoUnlock: true })] });
    expect((await statesOf(hub, "laptop")).filter((state) => state === PENDING)).toHaveLength(16);
  });
});

async function testHub(): Promise<TestHub> {
  const hub = await startTestHub();
  open.push(hub);
  return hub;
}

async function restarted(hub: TestHub): Promise<TestHub> {
  const next = await hub.restart();
  open.splice(open.indexOf(hub), 1, next);
  return next;
}

async function connected(
  hub: TestHub,
  instanceId: string,
  options: Parameters<typeof addPushPeer>[2],
): Promise<PushPeer> {
  const machine = await addPushPeer(hub, instanceId, options);
  open.push({ close: async () => machine.peer.kill() });
  await machine.connect();
  return machine;
}

/** A hub that shares "offsite" with a machine, which shows that it has it. */
async function sharedWithLaptop() {
  const hub = await testHub();
  const machine = await connected(hub, "laptop", { generation: "current", grants: [READ, RECEIVE] });
  const pushes = pushClient(hub);
  await pushes.putSharedRepo({ repo: repo("offsite") });
  await pushes.shareRepo({ repoId: "offsite", instanceId: "laptop", granted: true });
  await eventually(async () => expect(await statesOf(hub, "laptop")).toEqual([APPLIED]));
  return { hub, machine, pushes };
}

/** Waits until the peer's history is read, behind which a push would go out, and a little longer. */
async function settled(hub: TestHub, machine: PushPeer): Promise<void> {
  await eventually(async () =>
    expect(await callHub(hub).stateOf(machine.keyid)).toMatchObject({ statusMessage: "connected" }),
  );
  await new Promise((resolve) => setTimeout(resolve, 200));
}

function grant({ type, scopes }: typeof READ) {
  return { type, scopes: [...scopes] };
}
