import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import {
  forwardsOperation,
  readPermissions,
  SHARE_REPOS,
  VIEW_CONFIGURATION,
  VIEW_RESOURCES,
  WRITE_CONFIGURATION,
} from "../../src/fleet/permissions.js";
import type { Generation, Grant } from "../../src/store/store.js";

interface Found {
  readonly plans: readonly string[];
  readonly repos: readonly string[];
}

interface Result {
  readonly error?: string;
  readonly granted?: Readonly<Record<TypeName, Found & { readonly has_type?: boolean }>>;
  readonly groups?: Readonly<Record<string, Found>>;
  readonly forwarded_operations?: readonly { readonly plan: string; readonly repo: string }[] | null;
}

interface Case {
  readonly name: string;
  readonly grants: readonly { readonly type: TypeName; readonly scopes: readonly string[] | null }[];
  readonly G1: { readonly result: Result };
  readonly G3: { readonly result: Result };
}

type TypeName = keyof typeof GrantType;

/** Answers of Backrest v1.12.1 and v1.14.1; see the README beside the file. */
const VECTORS: { readonly ids_asked: readonly string[]; readonly cases: readonly Case[] } = JSON.parse(
  readFileSync("test/data/vectors/permissions.json", "utf8"),
);
const GROUPS = {
  view_resources: VIEW_RESOURCES,
  view_configuration: VIEW_CONFIGURATION,
  write_configuration: WRITE_CONFIGURATION,
  receive_shared_repos: SHARE_REPOS,
};
/** What the instance of the vectors has in its configuration, as repos and as plans. */
const CONFIGURED = ["a", "b"];
const MENTIONED = [...CONFIGURED, "missing", ""];

describe.each([
  ["seed", "G1"],
  ["current", "G3"],
] as const)("permissions of the %s generation", (generation, key) => {
  test.each(VECTORS.cases)("PERM1: as Backrest answers: $name", (vector) => {
    const { result } = vector[key];
    const grants = vector.grants.map(({ type, scopes }) => ({ type: GrantType[type], scopes: scopes ?? [] }));
    if (result.error !== undefined) {
      const [, scope = ""] = /^invalid scope format: (.*)$/.exec(result.error) ?? [];
      expect(() => readPermissions(grants, generation)).toThrow(`${JSON.stringify(scope)} is no scope`);
      return;
    }
    const permissions = readPermissions(grants, generation);
    const allowed = (types: readonly GrantType[]): Found => ({
      plans: VECTORS.ids_asked.filter((id) => permissions.allowsPlan(types, id)),
      repos: VECTORS.ids_asked.filter((id) => permissions.allowsRepo(types, id)),
    });
    for (const [name, found] of Object.entries(result.granted ?? {})) {
      const type = GrantType[name as TypeName];
      const has = found.has_type === undefined ? {} : { has_type: permissions.hasType(type) };
      expect({ name, ...allowed([type]), ...has }).toEqual({ name, ...found });
    }
    for (const [name, types] of Object.entries(GROUPS)) {
      const wanted = result.groups?.[name];
      if (wanted !== undefined) expect({ name, ...allowed(types) }).toEqual({ name, ...wanted });
    }
    const pairs = MENTIONED.flatMap((repo) => MENTIONED.map((plan) => ({ plan, repo })));
    const forwarded = pairs.filter(({ plan, repo }) =>
      forwardsOperation(permissions, { ...configured("repoId", repo), ...configured("planId", plan) }),
    );
    expect(forwarded).toEqual(result.forwarded_operations ?? []);
  });
});

/** The names are those of upstream's own tests, whose tables these rows repeat. */
describe("rows of upstream's permission tests", () => {
  const all = ["p1", "p2", "p3"];
  const rows: readonly (readonly [string, readonly string[], readonly string[], readonly string[]])[] = [
    ["wildcard", ["*"], all, all],
    ["specific plans", ["plan:p1", "plan:p2"], ["p1", "p2"], []],
    ["specific repos", ["repo:p1", "repo:p2"], [], ["p1", "p2"]],
    ["wildcard with a plan excluded", ["*", "!plan:p1"], ["p2", "p3"], all],
    ["wildcard with a repo excluded", ["*", "!repo:p1"], all, ["p2", "p3"]],
    ["explicit with exclusion", ["plan:p1", "plan:p2", "!plan:p2", "repo:p3", "!repo:p3"], ["p1"], []],
    ["mixed repos and plans", ["plan:p1", "repo:p2"], ["p1"], ["p2"]],
  ];

  for (const generation of ["seed", "current"] as const) {
    test.each(rows)(`PERM2: CheckPermissionForPlan, ${generation}: %s`, (_name, scopes, plans) => {
      const permissions = readPermissions([operations(scopes)], generation);
      expect(all.filter((id) => permissions.allowsPlan([GrantType.PERMISSION_READ_OPERATIONS], id))).toEqual(plans);
      expect(permissions.allowsPlan([GrantType.PERMISSION_READ_CONFIG], "p1")).toBe(false);
    });

    test.each(rows)(`PERM2: CheckPermissionForRepo, ${generation}: %s`, (_name, scopes, _plans, repos) => {
      const permissions = readPermissions([operations(scopes)], generation);
      expect(all.filter((id) => permissions.allowsRepo([GrantType.PERMISSION_READ_OPERATIONS], id))).toEqual(repos);
      expect(permissions.allowsRepo([GrantType.PERMISSION_READ_CONFIG], "p1")).toBe(false);
    });

    test(`PERM2: CheckPermissionForPlan and CheckPermissionForRepo, ${generation}: none`, () => {
      expect(answers(readPermissions([], generation))).toEqual([false, false]);
    });
  }

  test.each([
    ["seed", [false, false]],
    ["current", [true, true]],
  ] as const)("PERM3: CheckPermissionForPlan and CheckPermissionForRepo, %s: nil scopes", (generation, wanted) => {
    const permissions = readPermissions([operations([])], generation);
    expect(answers(permissions)).toEqual(wanted);
    expect(permissions.allowsPlan([GrantType.PERMISSION_READ_CONFIG], "p1")).toBe(false);
  });

  function operations(scopes: readonly string[]): Grant {
    return { type: GrantType.PERMISSION_READ_OPERATIONS, scopes };
  }

  function answers(permissions: ReturnType<typeof readPermissions>): boolean[] {
    const types = [GrantType.PERMISSION_READ_OPERATIONS];
    return [permissions.allowsPlan(types, "p1"), permissions.allowsRepo(types, "p1")];
  }
});

describe("grants that meet", () => {
  const { PERMISSION_READ_OPERATIONS: type } = GrantType;

  test("PERM3: a grant without scopes wins over a scoped one in the current generation, in either order", () => {
    const blanket = { type, scopes: [] };
    const scoped = { type, scopes: ["repo:a"] };
    const orders = [
      [blanket, scoped],
      [scoped, blanket],
    ];
    const generations: readonly Generation[] = ["current", "seed"];
    for (const grants of orders) {
      expect(generations.map((it) => readPermissions(grants, it).allowsRepo([type], "b"))).toEqual([true, false]);
    }
  });

  test("PERM4: of two grants of a type the last counts, and they are not merged", () => {
    const permissions = readPermissions(
      [
        { type, scopes: ["*"] },
        { type, scopes: ["repo:b"] },
      ],
      "current",
    );
    expect(["a", "b"].map((id) => permissions.allowsRepo([type], id))).toEqual([false, true]);
  });

  test("PERM5: one scope of no known form makes the whole set worth nothing", () => {
    const grants = [
      { type, scopes: ["*"] },
      { type: GrantType.PERMISSION_READ_CONFIG, scopes: ["repo:a", "-repo:b"] },
    ];
    expect(() => readPermissions(grants, "current")).toThrow('"-repo:b" is no scope');
    expect(() => readPermissions(grants, "seed")).toThrow('"-repo:b" is no scope');
  });

  test("PERM6: an operation is forwarded for its repo or its plan, so that excluding one alone does not hide it", () => {
    const permissions = readPermissions([{ type, scopes: ["*", "!repo:r"] }], "current");
    expect(forwardsOperation(permissions, { repoId: "r", planId: "p" })).toBe(true);
    expect(forwardsOperation(permissions, { repoId: "r" })).toBe(false);
  });
});

function configured(name: "repoId" | "planId", id: string): Record<string, string> {
  return CONFIGURED.includes(id) ? { [name]: id } : {};
}
