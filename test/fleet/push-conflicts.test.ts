import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import {
  RemoteConfigSchema,
  SyncStreamItem_SyncActionSetConfigSchema as SetConfigSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import { findConflict, type PushContext } from "../../src/fleet/push-conflicts.js";
import { describeConfig } from "../../src/fleet/shown-config.js";

const SHOWN = describeConfig(
  create(RemoteConfigSchema, { repos: [{ id: "r", guid: "1" }], plans: [{ id: "home", repo: "r" }] }),
);

describe("what is in the way of a push", () => {
  test("PUSH4: an id that another repository has there", () => {
    expect(conflict({ repos: [{ id: "r", guid: "2" }] })).toContain('another repository under the id "r"');
    expect(conflict({ repos: [{ id: "r", guid: "1" }] })).toBeUndefined();
    expect(conflict({ repos: [{ id: "s", guid: "2" }] })).toBeUndefined();
  });

  test("PUSH4: a plan without its repo, as far as the repo would be seen", () => {
    const plans = [{ id: "p", repo: "gone" }];
    expect(conflict({ plans })).toContain('needs the repo "gone"');
    expect(conflict({ plans }, { sees: () => false })).toBeUndefined();
    expect(conflict({ plans, repos: [{ id: "gone", guid: "2" }] })).toBeUndefined();
    expect(conflict({ plans: [{ id: "p", repo: "r" }] })).toBeUndefined();
    expect(conflict({ plans: [{ id: "home", repo: "r" }], reposToDelete: ["r"] })).toContain('needs the repo "r"');
  });

  test("PUSH4: a repo that is deleted under a plan", () => {
    expect(conflict({ reposToDelete: ["r"] })).toContain('the plan "home" of "laptop" uses the repo "r"');
    expect(conflict({ reposToDelete: ["r"], plansToDelete: ["home"] })).toBeUndefined();
    const moved = { plans: [{ id: "home", repo: "s" }], repos: [{ id: "s", guid: "2" }] };
    expect(conflict({ reposToDelete: ["r"], ...moved })).toBeUndefined();
  });
});

function conflict(change: MessageInitShape<typeof SetConfigSchema>, more: Partial<PushContext> = {}) {
  const context = { instanceId: "laptop", generation: "current", shown: SHOWN, sees: () => true, ...more } as const;
  return findConflict(create(SetConfigSchema, change), context);
}
