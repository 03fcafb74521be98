import { clone, create } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { ForgetPolicySchema, PlanSchema, RepoSchema } from "../../gen/v1/config_pb.js";
import {
  RemoteConfigSchema,
  SyncStreamItem_SyncActionSetConfigSchema as SetConfigSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import { coversItems, difference, isEmptyChange, itemsOf, tidyChange } from "../../src/fleet/push-change.js";
import { describeConfig, repoFingerprint, tidyRepo } from "../../src/fleet/shown-config.js";

const words = fc.array(fc.constantFrom("A=1", "B=2", "C=3", "a", "/b", ""), { maxLength: 5 });
const repos = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom("one", "two", "three"),
    guid: fc.constantFrom("1", "2", "3"),
    uri: fc.constantFrom("/x", "/y"),
    password: fc.constantFrom("p", "q"),
    env: words,
    autoUnlock: fc.boolean(),
  }),
  { selector: ({ guid }) => guid, maxLength: 3 },
);
const plans = fc.uniqueArray(
  fc.record({ id: fc.constantFrom("home", "etc"), repo: fc.constantFrom("one", "two"), paths: words }),
  { selector: ({ id }) => id, maxLength: 2 },
);

describe("what a push changes", () => {
  test("PUSH2: nothing is left to send to a peer that shows all of it, in whatever order", () => {
    fc.assert(
      fc.property(repos, plans, fc.boolean(), (someRepos, somePlans, reversed) => {
        const config = create(RemoteConfigSchema, { repos: someRepos, plans: somePlans });
        if (reversed) for (const repo of config.repos) repo.env.reverse();
        const change = tidyChange(create(SetConfigSchema, { repos: someRepos, plans: somePlans }), "current");
        expect(isEmptyChange(difference(change, describeConfig(config)))).toBe(true);
      }),
    );
  });

  test("PUSH2: what is left is exactly what the peer shows otherwise or not at all", () => {
    fc.assert(
      fc.property(repos, repos, plans, plans, (wantedRepos, shownRepos, wantedPlans, shownPlans) => {
        const config = create(RemoteConfigSchema, { repos: shownRepos, plans: shownPlans });
        const change = tidyChange(create(SetConfigSchema, { repos: wantedRepos, plans: wantedPlans }), "current");
        const left = difference(change, describeConfig(config));
        for (const repo of change.repos) {
          const shown = config.repos.find(({ guid }) => guid === repo.guid);
          const isSame = shown !== undefined && repoFingerprint(shown) === repoFingerprint(repo);
          expect(left.repos.includes(repo)).toBe(!isSame);
        }
        // Once the rest is there, too, nothing is left.
        const kept = config.repos.filter(({ guid }) => !left.repos.some((repo) => repo.guid === guid));
        const keptPlans = config.plans.filter(({ id }) => !left.plans.some((plan) => plan.id === id));
        const after = { repos: [...kept, ...left.repos], plans: [...keptPlans, ...left.plans] };
        expect(isEmptyChange(difference(change, describeConfig(create(RemoteConfigSchema, after))))).toBe(true);
      }),
    );
  });

  test("PUSH2: env and paths are sent sorted, and what is given is not altered", () => {
    fc.assert(
      fc.property(words, (texts) => {
        const given = create(SetConfigSchema, { repos: [{ env: texts }], plans: [{ paths: texts }] });
        const before = clone(SetConfigSchema, given);
        const tidy = tidyChange(given, "seed");
        expect(tidy.repos[0]?.env).toEqual(texts.toSorted());
        expect(tidy.plans[0]?.paths).toEqual(texts.toSorted());
        expect(given).toEqual(before);
      }),
    );
  });

  test("PUSH2: the seed generation is not sent what it would drop, so that it shows what was sent", () => {
    const repo = create(RepoSchema, {
      id: "r",
      guid: "g",
      shared: true,
      originInstanceId: "hub",
      forgetPolicy: create(ForgetPolicySchema),
    });
    expect(tidyRepo(repo, "seed")).toEqual(create(RepoSchema, { id: "r", guid: "g" }));
    expect(tidyRepo(repo, "current")).toEqual(repo);
  });

  test("PUSH2: deletions of what is not there are left out, unless the peer shows nothing at all", () => {
    const change = create(SetConfigSchema, { reposToDelete: ["one", "gone"], plansToDelete: ["home", "gone"] });
    const shown = create(RemoteConfigSchema, { repos: [{ id: "one", guid: "1" }], plans: [{ id: "home" }] });
    expect(difference(change, describeConfig(shown))).toMatchObject({
      reposToDelete: ["one"],
      plansToDelete: ["home"],
    });
    expect(difference(change, describeConfig(create(RemoteConfigSchema)))).toEqual(change);
    expect(difference(change, undefined)).toEqual(change);
  });

  test("PUSH7: a push takes the place of an older one only when it speaks of everything in it", () => {
    const plan = (id: string) => create(PlanSchema, { id });
    const older = itemsOf(create(SetConfigSchema, { repos: [{ id: "r" }], plansToDelete: ["p"] }));
    const newer = create(SetConfigSchema, { reposToDelete: ["r"], plans: [plan("p"), plan("q")] });
    expect(coversItems(itemsOf(newer), older)).toBe(true);
    expect(coversItems(older, itemsOf(newer))).toBe(false);
    expect(coversItems(itemsOf(create(SetConfigSchema, { plans: [plan("r"), plan("p")] })), older)).toBe(false);
  });
});
