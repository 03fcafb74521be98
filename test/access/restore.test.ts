import { clone, create, equals, type MessageInitShape } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import { describe, expect, test } from "@jest/globals";
import { maskRemoteConfig } from "../../src/access/mask.js";
import { restoreMasked } from "../../src/access/restore.js";
import { MASK } from "../../src/access/secret-text.js";
import { Hook_Condition, type HookSchema, type Repo } from "../../gen/v1/config_pb.js";
import { type RemoteConfig, RemoteConfigSchema } from "../../gen/v1sync/syncservice_pb.js";

const ORIGINAL = create(RemoteConfigSchema, {
  modno: 7,
  repos: [
    {
      id: "nas",
      guid: "g".repeat(64),
      uri: "rest:https://ada:pw@nas/",
      password: "p1",
      env: ["A=1", "B=2", "A=3"],
      flags: ["-o a=1", "-o b=2", "--quiet"],
      hooks: [discord("d1", "t1"), discord("d2", "t2"), command("c1")],
    },
    { id: "cloud", guid: "h".repeat(64), uri: "s3:host/bucket", password: "p2", env: ["A=9"] },
  ],
  plans: [{ id: "home", repo: "nas", backupFlags: ["--tag=x"], hooks: [command("c2")] }],
});

for (const entry of ORIGINAL.repos) entry.$unknown = [{ no: 999, wireType: WireType.Varint, data: Buffer.from([1]) }];

describe("what was masked", () => {
  test("ACC7: comes back whole when nothing was edited", () => {
    expect(equals(RemoteConfigSchema, restoreMasked(maskRemoteConfig(ORIGINAL), ORIGINAL), ORIGINAL)).toBe(true);
    expect(restoreMasked(maskRemoteConfig(ORIGINAL), ORIGINAL).repos[0]?.$unknown).toHaveLength(1);
  });

  test("ACC7: comes back beside edits, and what was typed anew stays", () => {
    const restored = edit(({ repos, plans }) => {
      const [nas, cloud] = pick(repos);
      nas.id = "nas-renamed";
      nas.autoUnlock = true;
      nas.env = ["NEW=5", `B=${MASK}`];
      cloud.password = "typed";
      plans[0]?.paths.push("/home");
      repos.reverse();
    });
    expect(restored.repos.map(({ id, password }) => [id, password])).toEqual([
      ["cloud", "typed"],
      ["nas-renamed", "p1"],
    ]);
    expect(restored.repos[1]).toMatchObject({
      autoUnlock: true,
      env: ["NEW=5", "B=2"],
      uri: "rest:https://ada:pw@nas/",
    });
    expect(restored.plans[0]).toMatchObject({ paths: ["/home"], backupFlags: ["--tag=x"] });
  });

  test("ACC7: what was cleared stays cleared", () => {
    const restored = edit(({ repos: [nas] }) => Object.assign(nas ?? {}, { password: "", env: [], hooks: [] }));
    expect(restored.repos[0]).toMatchObject({ password: "", env: [], hooks: [] });
  });

  test("ACC7: an edited hook keeps its secret while it can be told which it is", () => {
    const restored = edit(({ repos }) => {
      const [nas] = pick(repos);
      const hook = nas.hooks[2];
      if (hook !== undefined) hook.conditions = [Hook_Condition.ANY_ERROR];
    });
    expect(restored.repos[0]?.hooks[2]).toMatchObject({
      conditions: [Hook_Condition.ANY_ERROR],
      action: { value: { command: "c1" } },
    });
  });
});

describe("what cannot be told", () => {
  const cases: Record<string, [(config: RemoteConfig) => void, string]> = {
    "a new repo with the mask as password": [
      ({ repos }) => repos.push(repo({ id: "new", password: MASK })),
      "repos[new].password",
    ],
    "a repo under another id and guid": [
      ({ repos: [nas] }) => Object.assign(nas ?? {}, { id: "x", guid: "y" }),
      "repos[x].password",
    ],
    "another address with hidden credentials": [
      ({ repos: [nas] }) => Object.assign(nas ?? {}, { uri: `rest:https://${MASK}@evil/` }),
      "repos[nas].uri",
    ],
    "a mask with something typed beside it": [
      ({ repos: [nas] }) => Object.assign(nas ?? {}, { password: `${MASK}x` }),
      "repos[nas].password",
    ],
    "a variable of another name": [
      ({ repos: [nas] }) => Object.assign(nas ?? {}, { env: [`C=${MASK}`] }),
      "repos[nas].env[0]",
    ],
    "one of two variables that look alike": [
      ({ repos: [nas] }) => Object.assign(nas ?? {}, { env: [`A=${MASK}`] }),
      "repos[nas].env[0]",
    ],
    "one of two hooks that look alike": [
      ({ repos: [nas] }) => nas?.hooks.splice(0, 1),
      "repos[nas].hooks[0].action_discord.webhook_url",
    ],
    "a hook that was moved to a plan": [
      ({ repos: [nas], plans: [home] }) => home?.hooks.push(...(nas?.hooks.slice(0, 1) ?? [])),
      "plans[home].hooks[1].action_discord.webhook_url",
    ],
  };

  test.each(Object.entries(cases))("ACC8: %s is named and refused", (_, [change, place]) => {
    expect(() => edit(change)).toThrow(place);
    expect(() => edit(change)).toThrow(/type them anew/);
  });
});

function edit(change: (config: RemoteConfig) => unknown): RemoteConfig {
  const shown = maskRemoteConfig(ORIGINAL);
  change(shown);
  const before = clone(RemoteConfigSchema, shown);
  const restored = restoreMasked(shown, ORIGINAL);
  expect(equals(RemoteConfigSchema, shown, before)).toBe(true);
  return restored;
}

function pick(repos: Repo[]): [Repo, Repo] {
  const [first, second] = repos;
  if (first === undefined || second === undefined) throw new Error("two repos were expected");
  return [first, second];
}

function repo(init: { id: string; password: string }): Repo {
  return pick(create(RemoteConfigSchema, { repos: [init, {}] }).repos)[0];
}

function discord(webhookUrl: string, template: string): MessageInitShape<typeof HookSchema> {
  return { action: { case: "actionDiscord", value: { webhookUrl, template } } };
}

function command(text: string): MessageInitShape<typeof HookSchema> {
  return { action: { case: "actionCommand", value: { command: text } } };
}
