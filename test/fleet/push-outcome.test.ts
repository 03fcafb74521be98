import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import {
  RemoteConfigSchema,
  SyncStreamItem_SyncActionSetConfigSchema as SetConfigSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import {
  type Delivery,
  judgeAnswered,
  judgeConfig,
  MAX_ATTEMPTS,
  type PushVerdict,
} from "../../src/fleet/push-outcome.js";
import { describeConfig } from "../../src/fleet/shown-config.js";

type ShownRepos = { readonly id: string; readonly guid: string; readonly uri: string }[];

const CHANGE = create(SetConfigSchema, { repos: [{ id: "r", guid: "1", uri: "/new" }] });
const DELETION = create(SetConfigSchema, { reposToDelete: ["r"] });
const AS_PUSHED = [{ id: "r", guid: "1", uri: "/new" }];
const OTHERWISE = [{ id: "r", guid: "1", uri: "/old" }];
const OTHERS = [{ id: "s", guid: "2", uri: "/other" }];

/** What the peer shows, by what that is called in the table. */
type Shown = "as pushed" | "otherwise" | "not among others" | "nothing";
const SHOWN: Record<Shown, ShownRepos> = {
  "as pushed": AS_PUSHED,
  otherwise: OTHERWISE,
  "not among others": OTHERS,
  nothing: [],
};
type Expected = "applied" | "refused" | "sent" | "wait" | "send-again";

// Every cell is decided: by what the peer shows, what became of the session, and whether its modno rose.
const TABLE: Record<Shown, Record<Delivery["session"], { readonly same: Expected; readonly rose: Expected }>> = {
  "as pushed": {
    same: { same: "applied", rose: "applied" },
    dropped: { same: "applied", rose: "applied" },
    lost: { same: "applied", rose: "applied" },
  },
  otherwise: {
    same: { same: "wait", rose: "wait" },
    dropped: { same: "refused", rose: "applied" },
    lost: { same: "send-again", rose: "applied" },
  },
  "not among others": {
    same: { same: "wait", rose: "wait" },
    dropped: { same: "refused", rose: "sent" },
    lost: { same: "send-again", rose: "sent" },
  },
  nothing: {
    same: { same: "wait", rose: "wait" },
    dropped: { same: "refused", rose: "sent" },
    lost: { same: "send-again", rose: "sent" },
  },
};

describe("what becomes of a push", () => {
  const cases = Object.entries(TABLE).flatMap(([shown, row]) =>
    Object.entries(row).flatMap(([session, cell]) => [
      { shown, session, modno: 7, expected: cell.same },
      { shown, session, modno: 8, expected: cell.rose },
    ]),
  );
  test.each(cases)(
    "PUSH13: $shown, session $session, modno $modno: $expected",
    ({ shown, session, modno, expected }) => {
      expect(outcome(judge({ repos: SHOWN[asShown(shown)], modno }, { session: asSession(session) }))).toBe(expected);
    },
  );

  test("PUSH13: a push that is lost again and again is given up", () => {
    const verdict = judge({ modno: 7 }, { session: "lost", attempts: MAX_ATTEMPTS });
    expect(verdict).toMatchObject({ state: "refused", words: expect.stringContaining("3 tries") });
  });

  test("PUSH13: a deletion is done when the machine changed and does not show it any more", () => {
    const after = (repos: Shown, modno: number) =>
      outcome(
        judgeConfig(DELETION, delivery({ session: "dropped" }), describeConfig(config({ repos: SHOWN[repos], modno }))),
      );
    expect(after("not among others", 8)).toBe("applied");
    expect(after("nothing", 8)).toBe("applied");
    expect(after("nothing", 7)).toBe("refused");
    expect(after("otherwise", 8)).toBe("sent");
  });

  test("PUSH13: a machine that goes on and changed nothing has refused what it would show, else it cannot confirm", () => {
    expect(judgeAnswered(describeConfig(config({ repos: [...OTHERS] })))).toMatchObject({ state: "refused" });
    expect(judgeAnswered(describeConfig(config({})))).toMatchObject({ state: "sent" });
    expect(judgeAnswered(undefined)).toMatchObject({ state: "sent" });
  });
});

function judge(shown: Parameters<typeof config>[0], more: Partial<Delivery>): PushVerdict {
  return judgeConfig(CHANGE, delivery(more), describeConfig(config(shown)));
}

function delivery(more: Partial<Delivery>): Delivery {
  return { modno: 7, attempts: 1, session: "dropped", ...more };
}

function config({ repos = [], modno = 7 }: { readonly repos?: ShownRepos; readonly modno?: number }) {
  return create(RemoteConfigSchema, { repos, modno });
}

function outcome(verdict: PushVerdict): Expected | "superseded" | "expired" {
  return typeof verdict === "string" ? verdict : verdict.state;
}

function asShown(text: string): Shown {
  return text === "as pushed" || text === "otherwise" || text === "not among others" ? text : "nothing";
}

function asSession(text: string): Delivery["session"] {
  return text === "same" || text === "dropped" ? text : "lost";
}
