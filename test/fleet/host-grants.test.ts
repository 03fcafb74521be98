import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import {
  RemoteConfigSchema,
  SyncStreamItem_SyncActionSetConfigSchema as SetConfigSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import { summarizeGrants } from "../../src/fleet/grant-summary.js";
import { type Asked, judgeGrants, type KnownGrants } from "../../src/fleet/host-grants.js";
import { describeConfig } from "../../src/fleet/shown-config.js";

const WRITE = GrantType.PERMISSION_READ_WRITE_CONFIG;
const RECEIVE = GrantType.PERMISSION_RECEIVE_SHARED_REPOS;
const REPO: Asked = { change: create(SetConfigSchema, { repos: [{ id: "r", guid: "1" }] }) };
const SHARED: Asked = { ...REPO, sharedBy: "hub" };
const PLAN: Asked = { change: create(SetConfigSchema, { plans: [{ id: "p" }] }) };

describe("whether a peer takes a push", () => {
  test("PUSH4: what nobody said is unknown, and the words say what to click there", () => {
    expect(judge(SHARED)).toMatchObject({
      kind: "unknown",
      words: expect.stringMatching(/Known Hosts.*"Receive shared repos".*pushes confirm laptop RECEIVE_SHARED_REPOS/),
    });
    expect(judge(PLAN)).toMatchObject({
      kind: "unknown",
      // Backrest's screen offers no single plans.
      words: expect.stringMatching(
        /choose "Edit Repo Configuration" for "All Repositories \(\*\)" and press "Save changes"/,
      ),
    });
    expect(judge(REPO)).toMatchObject({
      words: expect.stringContaining('"Edit Repo Configuration" for "r" or "All Repositories (*)"'),
    });
    expect(judge(SHARED, { generation: "seed" })).toMatchObject({
      words: expect.stringContaining(
        'in config.json, the permission PERMISSION_READ_WRITE_CONFIG with the scope "repo:r" or "*"',
      ),
    });
  });

  test("PUSH4: what was recorded decides, by the generation's own rules", () => {
    expect(kind(REPO, recorded(WRITE, "repo:r"))).toBe("granted");
    expect(kind(REPO, recorded(WRITE, "repo:s"))).toBe("not-granted");
    expect(kind(PLAN, recorded(WRITE, "repo:r"))).toBe("not-granted");
    expect(kind(PLAN, recorded(WRITE, "*"))).toBe("granted");
    expect(kind(PLAN, recorded(WRITE))).toBe("granted");
    expect(kind(PLAN, { ...recorded(WRITE), generation: "seed" })).toBe("not-granted");
  });

  test("PUSH4: shared repos go by their own grant, whose scopes a Backrest does not look at", () => {
    expect(kind(SHARED, recorded(RECEIVE, "repo:other"))).toBe("granted");
    expect(kind(REPO, recorded(RECEIVE, "*"))).toBe("not-granted");
    expect(kind({ change: PLAN.change, sharedBy: "hub" }, recorded(RECEIVE, "*"))).toBe("not-granted");
    expect(kind(SHARED, { ...recorded(RECEIVE, "*"), generation: "seed" })).toBe("not-granted");
    expect(kind(SHARED, { ...recorded(WRITE, "*"), generation: "seed" })).toBe("granted");
  });

  test("PUSH4: what to confirm names what was recorded before, which it would take the place of", () => {
    const record = { peerId: 1, grants: [{ type: WRITE, scopes: ["plan:a", "plan:b"] }] };
    expect(judge(SHARED, { record })).toMatchObject({
      words: expect.stringContaining("confirm laptop READ_WRITE_CONFIG=plan:a,plan:b RECEIVE_SHARED_REPOS`"),
    });
    expect(judge(PLAN, { record: { ...record, grants: [{ type: WRITE, scopes: ["plan:a"] }] } })).toMatchObject({
      words: expect.stringContaining("confirm laptop READ_WRITE_CONFIG`"),
    });
  });

  test("PUSH4: who shows a repo that came from the hub takes shared repos", () => {
    const from = (originInstanceId: string) =>
      describeConfig(create(RemoteConfigSchema, { repos: [{ id: "old", guid: "9", originInstanceId }] }));
    expect(kind(SHARED, { shown: from("hub") })).toBe("granted");
    expect(kind(SHARED, { shown: from("another") })).toBe("unknown");
    expect(kind(REPO, { shown: from("hub") })).toBe("unknown");
  });

  test("PUSH4: a machine's own repo is never taken over by a shared one", () => {
    const shown = describeConfig(create(RemoteConfigSchema, { repos: [{ id: "mine", guid: "1" }] }));
    const verdict = judge(SHARED, { shown, record: { peerId: 1, grants: [{ type: WRITE, scopes: ["*"] }] } });
    expect(verdict).toMatchObject({ kind: "conflict", words: expect.stringContaining('a repo of its own, "mine"') });
    expect(kind(REPO, { shown, ...recorded(WRITE, "*") })).toBe("granted");
  });

  test("PUSH4: who lists an entry and hides its settings allows no change of them, but for the seed's own bug", () => {
    const hidden = {
      shown: describeConfig(create(RemoteConfigSchema)),
      listed: { repos: new Set(["r"]), plans: new Set(["p"]) },
    };
    expect(kind(REPO, hidden)).toBe("not-granted");
    expect(kind(PLAN, hidden)).toBe("not-granted");
    expect(kind(REPO, { ...hidden, generation: "seed" })).toBe("unknown");
  });

  test("PUSH5: who refused is sent nothing until somebody says that it is granted now", () => {
    expect(judge(REPO, { record: { peerId: 1, grants: [], refusedMs: 0 } })).toMatchObject({
      kind: "not-granted",
      words: expect.stringContaining("refused a push on Thu 1 Jan, 00:"),
    });
  });
});

function judge(asked: Asked, more: Partial<KnownGrants> = {}) {
  return judgeGrants(asked, {
    instanceId: "laptop",
    generation: "current",
    record: undefined,
    shown: undefined,
    listed: { repos: new Set(), plans: new Set() },
    ...more,
  });
}

function kind(asked: Asked, more: Partial<KnownGrants>): string {
  return judge(asked, more).kind;
}

function recorded(type: GrantType, ...scopes: string[]): Partial<KnownGrants> {
  return { record: { peerId: 1, grants: [{ type, scopes }] } };
}

describe("what is known of a peer's grants", () => {
  const summary = (more: Partial<KnownGrants> = {}) =>
    summarizeGrants(
      {
        instanceId: "laptop",
        generation: "current",
        record: undefined,
        shown: undefined,
        listed: { repos: new Set(), plans: new Set() },
        ...more,
      },
      "hub",
    );

  test("PUSH15: is what was recorded, and nothing is where nobody said it", () => {
    expect(summary()).toEqual({ sharedRepos: "unknown", configuration: "unknown" });
    expect(summary(recorded(RECEIVE, "*"))).toEqual({ sharedRepos: "granted", configuration: "not-granted" });
    expect(summary(recorded(WRITE, "repo:r"))).toEqual({ sharedRepos: "granted", configuration: "granted" });
    expect(summary({ record: { peerId: 1, grants: [], refusedMs: 1 } })).toEqual({
      sharedRepos: "not-granted",
      configuration: "not-granted",
    });
  });

  test("PUSH15: follows from what the machine shows, and in the seed generation goes by the one grant that it has", () => {
    const shown = (originInstanceId: string) =>
      describeConfig(create(RemoteConfigSchema, { repos: [{ id: "old", guid: "9", originInstanceId }] }));
    expect(summary({ shown: shown("hub") })).toEqual({ sharedRepos: "granted", configuration: "unknown" });
    expect(summary({ shown: shown("other") })).toEqual({ sharedRepos: "unknown", configuration: "unknown" });
    const hidden = {
      shown: describeConfig(create(RemoteConfigSchema)),
      listed: { repos: new Set(["r"]), plans: new Set<string>() },
    };
    expect(summary(hidden)).toEqual({ sharedRepos: "unknown", configuration: "not-granted" });
    expect(summary({ ...hidden, generation: "seed" })).toEqual({ sharedRepos: "unknown", configuration: "unknown" });
    expect(summary({ ...recorded(RECEIVE, "*"), generation: "seed" })).toEqual({
      sharedRepos: "not-granted",
      configuration: "not-granted",
    });
  });
});
