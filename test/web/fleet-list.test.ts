import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "@jest/globals";
import { type InstanceHealth, InstanceHealthSchema, Verdict } from "../../gen/hub/v1/fleet_pb.js";
import { nextOf } from "../../web/src/pages/fleet/next.js";
import {
  filterFleet,
  type FleetRow,
  groupFleet,
  groupMachines,
  rowsOf,
  sortFleet,
} from "../../web/src/pages/fleet/rows.js";
import { inPlace } from "../../web/src/parts/in-place.js";
import { type FleetView, readView, writeView } from "../../web/src/pages/fleet/view.js";

const WHERE = { locale: "en-GB", timeZone: "Europe/Vienna" };
const NOW = Date.UTC(2026, 10, 23, 11);
const HOUR = 3_600_000;
const ago = (hours: number) => timestampFromMs(NOW - hours * HOUR);

function machine(instanceId: string, init: MessageInitShape<typeof InstanceHealthSchema> = {}): InstanceHealth {
  return create(InstanceHealthSchema, { instanceId, connected: true, ...init });
}

function plan(planId: string, verdict: Verdict, successHours?: number, repoId = "vault") {
  return {
    planId,
    verdict,
    repoId,
    ...(successHours === undefined ? {} : { lastSuccess: { start: ago(successHours) } }),
  };
}

const FLEET = [
  machine("nas-10", {
    verdict: Verdict.OK,
    plans: [plan("photos", Verdict.OK, 3), plan("home", Verdict.OK, 5, "cold")],
  }),
  machine("nas-9", {
    verdict: Verdict.FAILING,
    plans: [plan("home", Verdict.FAILING, 70), plan("etc", Verdict.OK, 2)],
  }),
  machine("desk", { verdict: Verdict.FAILING, plans: [plan("home", Verdict.FAILING, 90)] }),
  machine("new", { verdict: Verdict.UNKNOWN, connected: false }),
];

function shown(address = ""): string[] {
  const view = readView(new URLSearchParams(address));
  return names(rowsOf(groupFleet(sortFleet(filterFleet(FLEET, view, NOW), view), view, NOW)));
}

function names(rows: readonly FleetRow[]): string[] {
  return rows.map((row) =>
    row.kind === "group"
      ? `# ${row.name} ${row.machines}/${row.plans}`
      : `${row.first ? "" : "+"}${row.machine.instanceId} ${row.plan?.planId ?? "-"}`,
  );
}

describe("the list of all machines", () => {
  test("BRD13: has a row for each plan, the worst first, then the longest without a success", () => {
    expect(shown()).toEqual(["desk home", "nas-9 home", "+nas-9 etc", "new -", "nas-10 photos", "+nas-10 home"]);
  });

  test.each<[string, string[]]>([
    ["verdict=ok", ["nas-10 photos", "+nas-10 home", "nas-9 etc"]],
    ["verdict=unknown", ["new -"]],
    ["find=NAS-1", ["nas-10 photos", "+nas-10 home"]],
    ["find=etc", ["nas-9 etc"]],
    ["find=cold", ["nas-10 home"]],
    ["presence=off", ["new -"]],
    ["verdict=failing&find=desk", ["desk home"]],
    ["find=nothing", []],
  ])("BRD14: %s shows what fits", (address, rows) => {
    expect(shown(address)).toEqual(rows);
  });

  test.each<[string, string[]]>([
    ["sort=machine", ["desk home", "nas-9 home", "+nas-9 etc", "nas-10 photos", "+nas-10 home", "new -"]],
    ["sort=-machine", ["new -", "nas-10 photos", "+nas-10 home", "nas-9 home", "+nas-9 etc", "desk home"]],
    ["sort=-success", ["desk home", "nas-9 home", "+nas-9 etc", "nas-10 photos", "+nas-10 home", "new -"]],
    ["sort=verdict", ["nas-10 photos", "+nas-10 home", "new -", "nas-9 home", "+nas-9 etc", "desk home"]],
  ])("BRD14: %s puts machines in order, and keeps their plans together", (address, rows) => {
    expect(shown(address)).toEqual(rows);
  });

  test("BRD14: groups by verdict and repo part a machine's plans, by presence its machines", () => {
    expect(shown("group=verdict&sort=machine")).toEqual([
      "# Failing 2/2",
      "desk home",
      "nas-9 home",
      "# Unknown 1/0",
      "new -",
      "# OK 2/3",
      "nas-9 etc",
      "nas-10 photos",
      "+nas-10 home",
    ]);
    expect(shown("group=repo&sort=machine").filter((name) => name.startsWith("#"))).toEqual([
      "# cold 1/1",
      "# vault 3/4",
      "# repo not known 1/0",
    ]);
    expect(shown("group=presence").filter((name) => name.startsWith("#"))).toEqual([
      "# Connected 3/5",
      "# Offline 1/0",
    ]);
  });

  test("BRD14: in a map a machine is one mark, with its worst verdict", () => {
    const view = readView(new URLSearchParams("group=verdict&view=map"));
    const groups = groupMachines(filterFleet(FLEET, view, NOW), view, NOW);
    expect(groups.map(({ name, wanted }) => [name, wanted.length])).toEqual([
      ["Failing", 2],
      ["Unknown", 1],
      ["OK", 1],
    ]);
  });

  test("BRD14: an address says all of a view, and nothing where it is as usual", () => {
    const view: FleetView = {
      text: "nas",
      verdict: "failing",
      presence: "away",
      group: "repo",
      sort: "machine",
      descending: false,
      density: "dense",
      attention: "machine",
      open: ["failing:refused"],
    };
    expect(readView(writeView(view))).toEqual(view);
    expect(writeView(readView(new URLSearchParams())).toString()).toBe("");
    expect(readView(new URLSearchParams("verdict=none&sort=-&view=x&group=tag"))).toEqual(
      readView(new URLSearchParams()),
    );
  });

  test("BRD15: while the pointer is over it, a list keeps its order and what is new waits", () => {
    const key = ({ id }: { id: string }) => id;
    const [a, b, c] = [{ id: "a" }, { id: "b" }, { id: "c" }];
    const other = { id: "a" };
    expect(inPlace([a, b], [c, b, other], key)).toEqual([a, b]);
    expect(inPlace([a, b], [c, b, other], key)[0]).toBe(other);
    expect(inPlace([a, b], [b], key)).toEqual([a, b]);
    const same = [a, b];
    expect(inPlace([a, b], same, key)).toBe(same);
  });
});

describe("what comes next", () => {
  const due = (hours: number, graceHours = hours) => ({
    expectation: { due: timestampFromMs(NOW + hours * HOUR), graceUntil: timestampFromMs(NOW + graceHours * HOUR) },
  });
  test.each<[string, MessageInitShape<typeof InstanceHealthSchema>, string]>([
    ["OK", { plans: [{ ...plan("p", Verdict.OK, 2), ...due(2) }] }, "due 14:00"],
    ["OK, tomorrow", { plans: [{ ...plan("p", Verdict.OK, 2), ...due(24) }] }, "due tomorrow, 12:00"],
    [
      "OK, on a laptop",
      { settings: { notAlwaysOn: true }, plans: [{ ...plan("p", Verdict.OK), ...due(2, 73) }] },
      "expected within 3 d",
    ],
    ["failing", { plans: [{ ...plan("p", Verdict.FAILING, 70), ...due(1) }] }, "next try at 13:00"],
    [
      "failing, no try came",
      { plans: [{ ...plan("p", Verdict.FAILING, 70), ...due(-25) }] },
      "was due yesterday, 11:00",
    ],
    ["late", { plans: [{ ...plan("p", Verdict.LATE, 30), ...due(-2, 50) }] }, "was due 10:00, grace until Wed"],
    ["overdue", { plans: [{ ...plan("p", Verdict.OVERDUE, 300), ...due(-200) }] }, "was due 15 Nov, 04:00"],
    ["paused", { plans: [plan("p", Verdict.PAUSED, 300)] }, "the schedule is off"],
    ["never, nothing is known", { plans: [plan("p", Verdict.NEVER)] }, "nothing says when"],
    ["unknown", { plans: [plan("p", Verdict.UNKNOWN)] }, "What is missing"],
    [
      "unknown, and being learned",
      { plans: [{ ...plan("p", Verdict.UNKNOWN, 5), learning: { backups: 2, needed: 5 } }] },
      "known after 5 backups",
    ],
    ["OK, between two plans", { plans: [plan("p", Verdict.OK, 0)] }, "being planned"],
    ["without plans", {}, "What is missing"],
    [
      "its first history comes in",
      { catchUp: { first: true }, plans: [plan("p", Verdict.UNKNOWN)] },
      "its history is coming in",
    ],
  ])("BRD13: of a plan that is %s", (_name, init, words) => {
    const one = machine("m", init);
    expect(nextOf(one.plans[0], one, NOW, WHERE).words).toBe(words);
  });
});
