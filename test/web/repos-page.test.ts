import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "@jest/globals";
import {
  PushPermission,
  PushSchema,
  PushState,
  RepoDifferenceSchema,
  RepoShareSchema,
  SharedRepoPreviewSchema,
} from "../../gen/hub/v1/pushes_pb.js";
import { RepoSchema } from "../../gen/v1/config_pb.js";
import { RemoteConfigSchema } from "../../gen/v1sync/syncservice_pb.js";
import { MASK, planDifferenceLines, repoDifferenceLines, repoLines } from "../../web/src/pages/repos/entry-lines.js";
import { changeOf, entriesOf, newPlanText } from "../../web/src/pages/repos/machine-change.js";
import { names, summarizePreviews, warnings } from "../../web/src/pages/repos/previews.js";
import {
  countStandings,
  filterPushes,
  lastPushes,
  pushItems,
  pushStanding,
  shareStanding,
} from "../../web/src/pages/repos/push-states.js";
import {
  emptyRepo,
  fieldsOf,
  parseRepo,
  repoPlace,
  repoText,
  withFields,
} from "../../web/src/pages/repos/repo-draft.js";

const VAULT = create(RepoSchema, {
  id: "vault",
  uri: `rest:https://${MASK}@old.example.org/vault`,
  guid: "1",
  password: MASK,
  env: [`A=${MASK}`, "B="],
  shared: true,
  originInstanceId: "hub",
});

describe("settings of a repo in lines", () => {
  test("BRD80: every setting has its line, those of sharing itself none", () => {
    expect(repoLines(VAULT).map(({ kind, name, text }) => `${kind} ${name}: ${text}`)).toEqual([
      "same id: vault",
      `same uri: rest:https://${MASK}@old.example.org/vault`,
      `same password: ${MASK}`,
      `same env: A=${MASK}`,
      "same env: B=",
      "same guid: 1",
    ]);
  });

  test("BRD80: a difference names what is added, removed and changed, and of a masked secret only that it changed", () => {
    const after = create(RepoSchema, {
      ...VAULT,
      uri: `rest:https://${MASK}@new.example.org/vault`,
      flags: ["--verbose"],
    });
    const lines = repoDifferenceLines(
      create(RepoDifferenceSchema, { before: VAULT, after, changedFields: ["uri", "password", "flags"] }),
    );
    expect(lines.filter(({ kind }) => kind !== "same").map(({ kind, name, text }) => [kind, name, text])).toEqual([
      ["removed", "uri", VAULT.uri],
      ["added", "uri", after.uri],
      ["changed", "password", MASK],
      ["added", "flags", "--verbose"],
    ]);
  });

  test("BRD80: of a list only the entries that differ are told, twice is twice, and a nested setting has its way", () => {
    const lines = planDifferenceLines({
      $typeName: "hub.v1.PlanDifference",
      changedFields: ["paths", "schedule"],
      before: planOf(["/a", "/a", "/b"], 1),
      after: planOf(["/a", "/b", "/c"], 2),
    });
    expect(
      lines.filter(({ kind }) => kind !== "same").map(({ kind, name, text }) => `${kind} ${name} ${text}`),
    ).toEqual([
      "removed paths /a",
      "added paths /c",
      "removed schedule.maxFrequencyDays 1",
      "added schedule.maxFrequencyDays 2",
    ]);
  });

  test("BRD80: what is new is added as a whole, what is deleted removed as a whole", () => {
    const kinds = (before?: typeof VAULT, after?: typeof VAULT) =>
      new Set(
        repoDifferenceLines(
          create(RepoDifferenceSchema, { ...(before && { before }), ...(after && { after }), changedFields: [] }),
        ).map(({ kind }) => kind),
      );
    expect(kinds(undefined, VAULT)).toEqual(new Set(["added"]));
    expect(kinds(VAULT, undefined)).toEqual(new Set(["removed"]));
  });
});

describe("how far a change is", () => {
  const push = (state: PushState, more = {}) => create(PushSchema, { id: 1n, state, message: "why", ...more });

  test("BRD81: each state has its word, and nothing is applied before the machine shows it", () => {
    const words = [
      push(PushState.PENDING),
      push(PushState.PENDING, { sentAt: timestampFromMs(1) }),
      push(PushState.APPLIED),
      push(PushState.REFUSED),
      push(PushState.SUPERSEDED),
      push(PushState.SENT),
      push(PushState.EXPIRED),
      push(PushState.UNSPECIFIED),
    ].map((each) => pushStanding(each, true).word);
    expect(words).toEqual([
      "Pending",
      "Sent",
      "Applied",
      "Refused",
      "Superseded",
      "Sent, not confirmed",
      "Expired",
      "Unknown",
    ]);
    expect(pushStanding(push(PushState.PENDING), false).why).toBe(
      "the machine is offline; it goes out when it connects",
    );
    expect(pushStanding(push(PushState.PENDING), true).why).toBe("why");
  });

  test("BRD81: a share counts by what the machine shows, then by what it allows, then by the last push", () => {
    const share = (more: object) =>
      create(RepoShareSchema, { instanceId: "a", permission: PushPermission.GRANTED, message: "why", ...more });
    const word = (more: object, last?: ReturnType<typeof push>) => shareStanding(share(more), last, true).word;
    expect(word({ inPlace: true }, push(PushState.REFUSED))).toBe("Applied");
    expect(word({ permission: PushPermission.UNKNOWN })).toBe("Not sent");
    expect(word({ permission: PushPermission.NOT_GRANTED }, push(PushState.REFUSED))).toBe("Refused");
    const grant = "nobody has said. On that machine do this; then say so here: `backrest-hub pushes confirm a B`";
    expect(shareStanding(share({ permission: PushPermission.UNKNOWN, message: grant }), undefined, true).why).toBe(
      "Nobody has said that it allows it, and a Backrest does not tell. On that machine do this.",
    );
    expect(word({}, push(PushState.SENT))).toBe("Sent, not confirmed");
    expect(word({}, push(PushState.APPLIED))).toBe("Applied once");
    expect(word({})).toBe("Pending");
  });

  test("BRD81: counts go by what asks for somebody", () => {
    const standings = [PushState.APPLIED, PushState.PENDING, PushState.REFUSED, PushState.APPLIED].map((state) =>
      pushStanding(push(state), true),
    );
    expect(countStandings(standings).map(({ word, count }) => `${count} ${word}`)).toEqual([
      "1 Refused",
      "1 Pending",
      "2 Applied",
    ]);
  });

  test("BRD81: pushes are found by machine and state, and the newest of a repo on a machine", () => {
    const pushes = [
      push(PushState.PENDING, { id: 3n, instanceId: "a", sharedRepoId: "vault", repos: ["vault"] }),
      push(PushState.APPLIED, { id: 2n, instanceId: "a", sharedRepoId: "vault" }),
      push(PushState.APPLIED, { id: 1n, instanceId: "b", plans: ["home"], plansToDelete: ["old"] }),
    ];
    const ids = (machine: string, state: string) => filterPushes(pushes, { machine, state }).map(({ id }) => id);
    expect(ids("", "")).toEqual([3n, 2n, 1n]);
    expect(ids("a", "applied")).toEqual([2n]);
    expect(ids("", "open")).toEqual([3n]);
    expect([...lastPushes(pushes).values()].map(({ id }) => id)).toEqual([3n]);
    expect(pushes.map(pushItems)).toEqual(["repo vault", "", "plan home, delete plan old"]);
  });
});

describe("what a changed shared repo would do", () => {
  const change = create(RepoDifferenceSchema, { before: VAULT, after: VAULT, changedFields: ["flags"] });
  const machine = (instanceId: string, permission: PushPermission, more: object = {}) =>
    create(SharedRepoPreviewSchema, {
      instanceId,
      permission,
      difference: change,
      showsConfiguration: true,
      ...more,
    });
  const asked = { message: "nobody has said; then say so here: `backrest-hub pushes confirm c RECEIVE_SHARED_REPOS`" };

  test("BRD82: machines are told by what would change, and those that would get nothing by why", () => {
    const all = [
      machine("a", PushPermission.GRANTED),
      machine("b", PushPermission.GRANTED),
      machine("c", PushPermission.UNKNOWN, asked),
      machine("d", PushPermission.NOT_GRANTED, { message: "it has another repo" }),
      create(SharedRepoPreviewSchema, { instanceId: "e", permission: PushPermission.GRANTED }),
      machine("f", PushPermission.GRANTED, { showsConfiguration: false }),
    ];
    const summary = summarizePreviews(all);
    expect(summary.groups.map(({ instanceIds, shows }) => [instanceIds.join(""), shows])).toEqual([
      ["abcd", true],
      ["f", false],
    ]);
    expect(summary).toMatchObject({ goes: ["a", "b", "f"], have: ["e"] });
    expect(summary.held.map(({ instanceId }) => instanceId)).toEqual(["c", "d"]);
    // Somebody's word opens what lacks only that.
    expect(summarizePreviews(all, true).held.map(({ instanceId }) => instanceId)).toEqual(["d"]);
  });

  test("BRD82: what another address, id or password means is said before", () => {
    expect(warnings(change)).toEqual([]);
    const of = (...changedFields: string[]) => warnings({ ...change, changedFields }).map((text) => text.split(" ")[0]);
    expect(of("uri", "guid", "password")).toEqual(["Backups", "Machines", "Backups"]);
    // A new repo replaces nothing.
    expect(warnings(create(RepoDifferenceSchema, { after: VAULT, changedFields: ["uri"] }))).toEqual([]);
  });

  test("BRD82: many names are cut", () => {
    expect([names([]), names(["a"]), names(["a", "b"]), names(["a", "b", "c"]), names(["a", "b", "c", "d"])]).toEqual([
      "",
      "a",
      "a and b",
      "a, b and c",
      "a, b and 2 more",
    ]);
  });
});

describe("a repo under work", () => {
  test("BRD83: what was not touched stays masked, for the hub to keep", () => {
    const same = withFields(VAULT, fieldsOf(VAULT));
    expect(same).toEqual(VAULT);
    const changed = withFields(VAULT, { ...fieldsOf(VAULT), password: "new", env: " A=1 \n\n", uri: " s3:x " });
    expect(changed).toMatchObject({ password: "new", env: ["A=1"], uri: "s3:x", guid: "1" });
  });

  test("BRD83: goes to text and back, and a new one has no schedules of its own", () => {
    expect(parseRepo(repoText(VAULT))).toEqual(VAULT);
    expect(() => parseRepo("{")).toThrow();
    expect(JSON.parse(repoText(emptyRepo()))).toEqual({
      prunePolicy: { schedule: { disabled: true } },
      checkPolicy: { schedule: { disabled: true } },
    });
  });

  test("BRD83: its place is short and holds no credentials", () => {
    expect(
      [VAULT.uri, "s3:https://s3.example.org/b", "/srv/vault", "sftp:ann@nas:/b"].map((uri) => repoPlace(uri)),
    ).toEqual(["old.example.org/vault", "s3.example.org/b", "/srv/vault", "nas:/b"]);
  });
});

describe("a change of one machine", () => {
  const config = create(RemoteConfigSchema, { repos: [VAULT], plans: [{ id: "home", repo: "vault" }] });

  test("BRD84: offers what the machine shows, and makes of it what the hub takes", () => {
    const entries = entriesOf(config);
    expect(entries.map(({ kind, id }) => `${kind} ${id}`)).toEqual(["plan home", "repo vault"]);
    const [plan, repo] = entries;
    if (plan === undefined || repo === undefined) throw new Error("there is no entry");
    expect(changeOf({ ...plan, remove: false })).toMatchObject({ plans: [{ id: "home", repo: "vault" }] });
    expect(changeOf({ ...repo, remove: false })).toMatchObject({ repos: [{ id: "vault", password: MASK }] });
    expect(changeOf({ ...plan, remove: true })).toEqual({ plansToDelete: ["home"] });
    expect(changeOf({ ...repo, remove: true })).toEqual({ reposToDelete: ["vault"] });
    expect(() => changeOf({ ...plan, text: "{", remove: false })).toThrow();
  });

  test("BRD84: a new plan begins with a repo that is there and runs by itself never", () => {
    expect(JSON.parse(newPlanText(config))).toEqual({ id: "", repo: "vault", paths: [], schedule: { disabled: true } });
    expect(JSON.parse(newPlanText(undefined))).toMatchObject({ repo: "" });
  });
});

function planOf(paths: string[], days: number) {
  const schedule = { schedule: { case: "maxFrequencyDays", value: days } } as const;
  return create(RemoteConfigSchema, { plans: [{ id: "home", paths, schedule }] }).plans[0];
}
