import { describe, expect, test } from "@jest/globals";
import { cureOf } from "../../src/fleet/cures.js";

const AT = { planId: "mail", repoId: "vault" };

describe("the cure of a failure", () => {
  test.each([
    ["unable to create lock in backend: repository is already locked", "Unlock Repo"],
    ["write: no space left on device", "Prune Now"],
    ["pack 4711 not found, repository is damaged", "Check Now"],
  ])("HV21: %j leads to the entry of the repo's menu on the machine's own screen", (message, entry) => {
    expect(cureOf(message, AT)).toContain(
      `on that machine open Repositories › vault, press the arrow beside “Index Snapshots”, and choose “${entry}”.`,
    );
  });

  test("HV21: a repo that nobody named is looked for in their list", () => {
    expect(cureOf("already locked", { ...AT, repoId: "" })).toContain("open Repositories, press");
  });

  test("HV21: what is not known is in the log, which is on the machine", () => {
    expect(cureOf("exit status 3", AT)).toBe(
      "Open the last run. Its log is on that machine: open Plans › mail, press the three dots at the run, and choose “View Logs”.",
    );
  });
});
