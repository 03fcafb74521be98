import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { Multihost_Permission_Type as GrantType } from "../../gen/v1/config_pb.js";
import { isShared, withoutNamed, withoutShare, withShare } from "../../src/fleet/shares.js";

const READ = { type: GrantType.PERMISSION_READ_CONFIG, scopes: ["repo:a"] };
const share = (...scopes: string[]) => ({ type: GrantType.PERMISSION_RECEIVE_SHARED_REPOS, scopes });

describe("whom a repo is shared with", () => {
  const ids = ["a", "b", "c"];
  const scope = fc.constantFrom("*", ...ids.flatMap((id) => [`repo:${id}`, `!repo:${id}`]), "plan:a");
  const grants = fc.array(
    fc.oneof(
      fc.constant(READ),
      fc.array(scope, { maxLength: 4 }).map((scopes) => share(...scopes)),
    ),
    { maxLength: 3 },
  );

  test("PUSH3: sharing and unsharing change that repo's share and nothing else, whatever the grants were", () => {
    fc.assert(
      fc.property(grants, fc.constantFrom(...ids), (before, id) => {
        const others = ids.filter((other) => other !== id);
        for (const [after, wanted] of [
          [withShare(before, id), true],
          [withoutShare(before, id), false],
        ] as const) {
          expect(isShared(after, id)).toBe(wanted);
          expect(others.map((other) => isShared(after, other))).toEqual(others.map((other) => isShared(before, other)));
          expect(after.filter((grant) => grant === READ)).toEqual(before.filter((grant) => grant === READ));
        }
      }),
    );
  });

  test("PUSH3: the last share that is taken leaves no grant behind: one without scopes would share everything", () => {
    expect(withoutShare([READ, share("repo:a")], "a")).toEqual([READ]);
    expect(withoutShare([share("repo:a", "!repo:b")], "a")).toEqual([]);
    expect(withoutShare([share()], "a")).toEqual([share("*", "!repo:a")]);
  });

  test("PUSH10: a repo that is gone leaves nobody named for it, and whom all or all others are shared with as it was", () => {
    expect(withoutNamed([READ, share("repo:a")], "a")).toEqual([READ]);
    expect(withoutNamed([share("repo:a", "repo:b")], "a")).toEqual([share("repo:b")]);
    for (const kept of [share("*"), share("*", "!repo:a"), share("repo:b")]) {
      expect(withoutNamed([kept], "a")).toEqual([kept]);
    }
  });

  test("PUSH3: a set with a scope of another form shares nothing", () => {
    expect(isShared([share("*", "-repo:b")], "a")).toBe(false);
  });
});
