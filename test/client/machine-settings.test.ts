import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import { Multihost_Permission_Type as GrantType, PlanSchema, RepoSchema } from "../../gen/v1/config_pb.js";
import { SyncStreamItem_SyncActionSetConfigSchema as SetConfigSchema } from "../../gen/v1sync/syncservice_pb.js";
import { type MachineGrant, MachineSettings } from "../../src/client/machine-settings.js";

const OWN = create(RepoSchema, { id: "own", guid: "1", uri: "/own", password: "p" });
const PUSHED = create(RepoSchema, { id: "pushed", guid: "2", uri: "/pushed", originInstanceId: "hub", shared: true });
const PLAN = create(PlanSchema, { id: "home", repo: "own", paths: ["/b", "/a"] });

describe("a machine that its host changes", () => {
  test("PEER21: without a grant, or beside what is granted, nothing is changed at all", () => {
    const machine = settings("current", [write("plan:home")]);
    expect(set(machine, { plans: [PLAN], repos: [PUSHED] })).toBe("refused");
    expect(machine).toMatchObject({ modno: 1, plans: [], repos: [{ id: "own" }] });
    expect(set(machine, { plans: [PLAN] })).toBe("changed");
    expect(machine).toMatchObject({ modno: 2, plans: [{ paths: ["/a", "/b"] }] });
    expect(set(machine, { reposToDelete: ["own"] })).toBe("refused");
  });

  test("PEER21: one that lets single repos be read of lists those, and no plan", () => {
    const read = (scope: string): MachineGrant => ({ type: GrantType.PERMISSION_READ_OPERATIONS, scopes: [scope] });
    const listed = (...grants: MachineGrant[]) => {
      const machine = settings("current", grants);
      machine.plans = [PLAN];
      const { repos = [], plans = [] } = machine.listed();
      return [repos.map(({ id }) => id), plans.map(({ id }) => id)];
    };
    expect(listed()).toEqual([["own"], ["home"]]);
    expect(listed(read("*"))).toEqual([["own"], ["home"]]);
    expect(listed(read("repo:own"))).toEqual([["own"], []]);
    expect(listed(read("repo:other"), write("*"))).toEqual([["own"], ["home"]]);
  });

  test("PEER21: the current generation writes only a real change, the seed generation always", () => {
    const current = settings("current", [write("*")]);
    const seed = settings("seed", [write("*")]);
    expect([set(current, {}), set(seed, {})]).toEqual(["unchanged", "changed"]);
    expect([set(current, { repos: [OWN] }), set(seed, { repos: [OWN] })]).toEqual(["unchanged", "changed"]);
    expect([current.modno, seed.modno]).toEqual([1, 3]);
  });

  test("PEER21: a new repo whose id or address is taken is left out, or refused for its id by the seed generation", () => {
    const sameId = create(RepoSchema, { id: "own", guid: "3", uri: "/x" });
    const sameUri = create(RepoSchema, { id: "new", guid: "3", uri: "/own" });
    const current = settings("current", [write("*")]);
    expect([set(current, { repos: [sameId] }), set(current, { repos: [sameUri] })]).toEqual(["unchanged", "unchanged"]);
    const seed = settings("seed", [write("*")]);
    expect([set(seed, { repos: [sameId] }), set(seed, { repos: [sameUri] })]).toEqual(["refused", "changed"]);
  });

  test("PEER21: a shared repo is taken when it is new or the host's, whatever the scopes, and is not deleted", () => {
    const machine = settings("current", [{ type: GrantType.PERMISSION_RECEIVE_SHARED_REPOS, scopes: ["repo:x"] }]);
    expect(set(machine, { repos: [PUSHED] })).toBe("changed");
    expect(set(machine, { repos: [{ ...PUSHED, uri: "/moved" }] })).toBe("changed");
    expect(set(machine, { repos: [{ ...OWN, uri: "/moved" }] })).toBe("refused");
    expect(set(machine, { reposToDelete: ["pushed"] })).toBe("refused");
    expect(machine.shown().repos).toEqual([]);
    expect(machine.repos).toMatchObject([{ uri: "/own" }, { uri: "/moved" }]);
    const seed = settings("seed", [{ type: GrantType.PERMISSION_RECEIVE_SHARED_REPOS, scopes: ["*"] }]);
    expect(set(seed, { repos: [PUSHED] })).toBe("refused");
  });

  test("PEER21: a plan without its repo is refused, and a grant without scopes is worth nothing to the seed", () => {
    expect(set(settings("current", [write()]), { plans: [{ ...PLAN, repo: "gone" }] })).toBe("refused");
    expect(set(settings("current", [write()]), { plans: [PLAN] })).toBe("changed");
    expect(set(settings("seed", [write()]), { plans: [PLAN] })).toBe("refused");
  });
});

function settings(generation: "seed" | "current", grants: readonly MachineGrant[]): MachineSettings {
  return new MachineSettings({ generation, host: "hub", grants, repos: [OWN] });
}

function write(...scopes: string[]): MachineGrant {
  return { type: GrantType.PERMISSION_READ_WRITE_CONFIG, scopes };
}

function set(machine: MachineSettings, change: Parameters<typeof create<typeof SetConfigSchema>>[1]) {
  return machine.set(create(SetConfigSchema, change));
}
