import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "@jest/globals";
import { ConnectionSchema, RefusalCause, RefusedConnectionSchema } from "../../gen/hub/v1/connections_pb.js";
import { InstanceHealthSchema } from "../../gen/hub/v1/fleet_pb.js";
import { PairingTokenSchema } from "../../gen/hub/v1/pairing_pb.js";
import { PeerSchema } from "../../gen/hub/v1/peers_pb.js";
import { PushPermission, PushState, SharedRepoSchema } from "../../gen/hub/v1/pushes_pb.js";
import { PeerStateSchema } from "../../gen/v1sync/syncservice_pb.js";
import { clientConfig as commandsPiece } from "../../src/cli/client-config.js";
import { addressNote } from "../../web/src/pages/enrol/address.js";
import { addressOf } from "../../web/src/words/addresses.js";
import { type Arrival, checksOf } from "../../web/src/pages/enrol/checks.js";
import { clientConfig } from "../../web/src/pages/enrol/client-config.js";
import { knockSteps, tokenSteps } from "../../web/src/pages/enrol/screen-steps.js";
import { isSilent, silenceCauses } from "../../web/src/pages/enrol/silence.js";
import { triesWhile } from "../../web/src/pages/enrol/tries.js";
import {
  FIRST_WISHES,
  grantsText,
  grantsWords,
  NO_GRANTS,
  readGrants,
  requestOf,
  tokenCommand,
  wishesOf,
} from "../../web/src/pages/enrol/wishes.js";
import { LABELS, labelsOf } from "../../web/src/words/labels.js";
import { nextTry, plainText, replaceToken } from "../../web/src/words/pieces.js";

const NOW = Date.UTC(2026, 10, 24, 8, 12);
const WHERE = { locale: "en-GB", timeZone: "UTC" };
const ALL = [false, true].flatMap((config) =>
  [false, true].flatMap((change) => [false, true].map((repos) => ({ config, change, repos }))),
);

describe("what a machine is asked to grant", () => {
  test.each(ALL)("BRD51: %o: the page's JSON is the command's, letter for letter", (grants) => {
    const hub = { instanceId: "hub", keyid: "ed25519.K", secret: "S" };
    const options = { withConfig: grants.config, withChanges: grants.change, withSharedRepos: grants.repos };
    const piece = commandsPiece(hub, "https://hub.example.org", options);
    expect(clientConfig({ ...hub, instanceUrl: "https://hub.example.org" }, grants)).toBe(
      JSON.stringify(piece, undefined, 2),
    );
  });

  test("BRD51: without a token there is no secret in it, in both", () => {
    const hub = { instanceId: "hub", keyid: "ecdsa.K" };
    const shown = clientConfig({ ...hub, instanceUrl: "http://10.0.0.1:9899" }, NO_GRANTS);
    expect(shown).not.toContain("Secret");
    expect(shown).toBe(JSON.stringify(commandsPiece(hub, "http://10.0.0.1:9899", {}), undefined, 2));
  });

  test.each(ALL)("BRD51: %o goes through an address and comes back", (grants) => {
    expect(readGrants(grantsText(grants))).toEqual(grants);
  });

  test("BRD51: words that an address cannot say are left out", () => {
    expect(readGrants("config,root,,repos")).toEqual({ config: true, change: false, repos: true });
    expect(readGrants(null)).toEqual(NO_GRANTS);
  });

  test("BRD51: a token has 15 minutes and one use unless asked otherwise, and allows no more than was chosen", () => {
    expect(requestOf(FIRST_WISHES)).toEqual({ label: "", ttl: { seconds: 900n }, maxUses: 1, permissions: [] });
    expect(
      requestOf({ ...FIRST_WISHES, label: " x ", maxUses: 10, grants: { ...NO_GRANTS, repos: true } }),
    ).toMatchObject({
      label: "x",
      maxUses: 10,
      permissions: [{ type: 4, scopes: ["*"] }],
    });
  });

  test("BRD51: a token for a machine that is installed anew is for that one alone", () => {
    expect(requestOf({ ...FIRST_WISHES, maxUses: 50, forInstance: "nas" })).toMatchObject({
      maxUses: 1,
      forInstance: "nas",
    });
  });

  test("BRD51: another token like one that ended has the same terms", () => {
    const token = create(PairingTokenSchema, {
      label: "x",
      createdAt: timestampFromMs(NOW),
      expiresAt: timestampFromMs(NOW + 3_600_000),
      maxUses: 5,
    });
    expect(wishesOf(token, NO_GRANTS)).toEqual({ ...FIRST_WISHES, label: "x", ttlSeconds: 3_600, maxUses: 5 });
    expect(wishesOf(create(PairingTokenSchema, {}), NO_GRANTS).ttlSeconds).toBe(0);
  });

  test("BRD51: the command says the same, quoted for a shell", () => {
    expect(tokenCommand(FIRST_WISHES, "https://hub.example.org")).toBe(
      "backrest-hub tokens create --client-config --url https://hub.example.org",
    );
    const wishes = {
      label: "Otto's PC",
      ttlSeconds: 86_400,
      maxUses: 0,
      forInstance: "",
      grants: { config: true, change: false, repos: true },
    };
    expect(tokenCommand(wishes, "https://hub.example.org")).toBe(
      "backrest-hub tokens create --client-config --url https://hub.example.org --label 'Otto'\\''s PC' --ttl 86400s --max-uses 0 --with-config --with-shared-repos",
    );
    expect(tokenCommand({ ...wishes, grants: { config: true, change: true, repos: false } }, "x")).toMatch(
      /0 --with-changes$/,
    );
  });

  test("BRD51: a sentence says what was chosen", () => {
    expect(grantsWords(NO_GRANTS)).toBe("sends operations");
    expect(grantsWords({ config: false, change: true, repos: true })).toBe(
      "sends operations and its configuration, may be changed from here, gets shared repos",
    );
  });
});

describe("the address that a machine dials", () => {
  const newest = labelsOf("1.14");

  test("BRD52: is the page's own, without the slash at its end", () => {
    expect(addressOf("https://hub.example.org/backups/")).toBe("https://hub.example.org/backups");
  });

  test.each([
    "",
    "hub.example.org",
    "ftp://hub.example.org",
    "https://",
    "https://a@hub",
    "https://hub/?x",
    "https://hub/x:9899",
  ])("BRD52: %j cannot be right", (address) => expect(addressNote(address, newest)?.kind).toBe("wrong"));

  test.each(["http://localhost:9899", "http://127.0.0.1", "https://[::1]:9899", "http://127.1.2.3:1"])(
    "BRD52: %s reaches the hub from its own machine only",
    (address) =>
      expect(addressNote(address, newest)).toMatchObject({
        kind: "doubt",
        words: expect.stringContaining("own machine only"),
      }),
  );

  test("BRD52: http from elsewhere is said, for each version in its own words", () => {
    expect(addressNote("http://hub.example.org", newest)).toMatchObject({
      kind: "doubt",
      words: expect.stringContaining("encrypt"),
    });
    expect(addressNote("http://hub.example.org", labelsOf("1.12"))?.words).toMatch(/do not encrypt/);
    expect(addressNote("https://hub.example.org", newest)).toBeUndefined();
    expect(addressNote("https://hub.example.org/backups/hub", newest)).toBeUndefined();
  });

  test("BRD52: a Backrest that speaks no TLS is not sent to https", () => {
    for (const version of ["1.13", "1.12"])
      expect(addressNote("https://hub.example.org", labelsOf(version))?.words).toMatch(/1\.14/);
  });
});

describe("the steps on Backrest's screens", () => {
  test("BRD53: name the version's own labels, and what is to be copied where", () => {
    const [, second, third, fourth, last] = tokenSteps(labelsOf("1.14"), NO_GRANTS);
    expect(plainText(second?.said ?? [])).toBe(
      "Go to Settings › Multihost › Known Hosts, press Add Known Host. Paste into Pairing Token (optional):",
    );
    expect([second?.copy, third?.copy, fourth?.copy]).toEqual(["token", "address", undefined]);
    expect(plainText(fourth?.said ?? [])).toBe(
      "Press Pair. The permissions Read Operations for All Repositories (*) and Receive shared repos appear by themselves: leave them.",
    );
    expect(plainText(last?.said ?? [])).toBe(
      "Press Save changes at the bottom. Pair alone saves nothing. Reload that page before you change more there: pairing changes what it shows.",
    );
  });

  test.each([tokenSteps, knockSteps])(
    "BRD53: %p begin with the name that must be filled, ask for the scheme, and end with what saves",
    (steps) => {
      const said = steps(labelsOf("1.13"), NO_GRANTS).map((step) => plainText(step.said));
      expect(said[0]).toMatch(/Settings › General\. Instance ID must be filled: with an empty one nothing connects/);
      expect(said.find((step) => step.includes("Instance URL"))).toMatch(/http:\/\/ or https:\/\/ \(without it/);
      expect(said.at(-1)).toMatch(/^Press Save changes at the bottom\./);
      expect(said.join(" ")).not.toContain("Add Permission");
    },
  );

  test("BRD53: say what to click for the configuration, and what that gives besides", () => {
    const asked = (change: boolean) =>
      plainText(tokenSteps(labelsOf("1.14"), { config: true, change, repos: false }).at(-2)?.said ?? []);
    expect(asked(false)).toBe(
      "Press Add Permission and choose Edit Repo Configuration as Type and All Repositories (*) under Scopes: for single repos no schedule comes. It lets the hub change them, too: Backrest’s screen has no permission only to see them.",
    );
    expect(asked(true)).not.toMatch(/too/);
  });

  test("BRD53: without a token the hub's ID and key are entered", () => {
    expect(knockSteps(labelsOf("1.14"), NO_GRANTS).flatMap(({ copy }) => copy ?? [])).toEqual([
      "address",
      "instanceId",
      "keyId",
    ]);
  });
});

describe("a machine of which nothing comes", () => {
  test("BRD65: after 40 s the causes of which Backrest says nothing are named, the likeliest first", () => {
    expect([39_999, 40_000].map((afterMs) => isSilent(NOW, NOW + afterMs))).toEqual([false, true]);
    const causes = (version: string) =>
      silenceCauses(labelsOf(version), "https://hub.example.org").map((cause) => plainText(cause));
    expect(causes("1.14")).toEqual([
      "Instance ID under Settings › General is empty there.",
      "Instance URL under Settings › Multihost › Known Hosts does not begin with http:// or https://.",
      expect.stringMatching(/^It was not saved with Save changes: /),
      expect.stringMatching(
        /^The address does not reach the hub from there\. Open https:\/\/hub\.example\.org in a browser/,
      ),
    ]);
    expect(causes("1.12")).toEqual([
      "instance in its config.json is empty.",
      expect.stringMatching(/^instanceUrl there/),
      expect.stringMatching(/^Backrest ran while/),
      expect.stringMatching(/^The address/),
    ]);
  });

  test("BRD65: a token that is worth nothing has to be removed there first", () => {
    expect(plainText(replaceToken(labelsOf("1.14")))).toMatch(
      /Known Hosts remove this hub \(Remove, a minus\), press Add Known Host, .* and press Save changes\.$/,
    );
  });

  test("BRD60: one that was approved comes at its next try, or at once by what its version has for that", () => {
    expect(plainText(nextTry(labelsOf("1.12")))).toMatch(/60 to 180 s after its knock.*press Save in its Settings/);
    expect(plainText(nextTry(labelsOf("1.14")))).toMatch(/60 to 180 s after its knock.*restart its Backrest/);
  });
});

describe("a machine that arrived", () => {
  const plan = { planId: "daten", lastSuccess: { start: timestampFromMs(NOW - 7_200_000) } };
  const full: Arrival = {
    instanceId: "nas",
    machine: create(InstanceHealthSchema, {
      instanceId: "nas",
      connected: true,
      enrolledAt: timestampFromMs(NOW - 1_000),
      lastSeen: timestampFromMs(NOW),
      plans: [plan],
    }),
    peer: create(PeerSchema, { instanceId: "nas", keyid: "ed25519.88acAAAAAAAAAAAA17d2", operationCount: 1_204n }),
    connection: create(ConnectionSchema, {
      remoteAddress: "192.0.2.77",
      clientVersion: "Backrest v1.14",
      encrypted: true,
    }),
    state: create(PeerStateSchema, {
      knownPlans: [{ id: "daten" }],
      remoteConfig: { plans: [{ id: "daten" }], repos: [{ id: "vault" }] },
    }),
    sharedRepos: [],
    grants: NO_GRANTS,
    labels: labelsOf("1.14"),
    hub: "lindenhof",
    sinceMs: NOW - 102_000,
    byToken: true,
  };
  const said = (more: Partial<Arrival> = {}) =>
    checksOf({ ...full, ...more }, NOW, WHERE).map(({ kind, title, said: pieces, end }) => [
      kind,
      title + plainText(pieces),
      end,
    ]);

  test("BRD54: that sends everything is all good", () => {
    expect(said()).toEqual([
      ["yes", "Connected from 192.0.2.77, Backrest v1.14, encrypted session", "after 2 min"],
      ["yes", "Token accepted, key ed25519.88ac…17d2 is kept for this name", undefined],
      ["yes", "It sends operations of 1 of 1 plan: daten", undefined],
      ["yes", "It sends its configuration: 1 plan with their schedules, 1 repo", undefined],
      ["yes", "First history: 1,204 operations; last success 2 h ago", undefined],
    ]);
  });

  test("BRD54: that sends no configuration says how to grant it, which is optional unless it was chosen", () => {
    const state = create(PeerStateSchema, { knownPlans: [{ id: "daten" }], remoteConfig: {} });
    const clicks =
      /on that machine open Settings › Multihost › Known Hosts › lindenhof, press Add Permission, choose Edit Repo Configuration as Type and All Repositories \(\*\) under Scopes, and press Save changes\./;
    expect(said({ state })[3]).toEqual(["part", expect.stringMatching(clicks), "optional"]);
    expect(said({ state, grants: { ...NO_GRANTS, config: true } })[3]).toEqual([
      "missing",
      expect.stringMatching(clicks),
      undefined,
    ]);
  });

  test("BRD54: of which some plans send nothing names them", () => {
    const state = create(PeerStateSchema, { knownPlans: [{ id: "daten" }, { id: "profil" }] });
    expect(said({ state })[2]).toEqual([
      "part",
      expect.stringMatching(/^It sends operations of 1 of 2 plans\. None of profil came\. .*Read Operations/),
      undefined,
    ]);
  });

  test("BRD54: that grants single repos names no plan, and nobody says of how many its operations come", () => {
    const state = create(PeerStateSchema, { knownRepos: [{ id: "vault" }] });
    expect(said({ state })[2]).toEqual([
      "part",
      expect.stringMatching(
        /^It sends operations of 1 plan: daten\. It names none of its plans, so there may be more.*tick All Repositories \(\*\) under Scopes of Read Operations/,
      ),
      undefined,
    ]);
  });

  test("BRD54: that shows single repos sends no schedules, and is not said to show its configuration", () => {
    const state = create(PeerStateSchema, {
      knownPlans: [{ id: "daten" }],
      remoteConfig: { repos: [{ id: "vault" }] },
    });
    const clicks = /^It sends 1 repo of its configuration, and no plans\. .*All Repositories \(\*\) under Scopes/;
    expect(said({ state })[3]).toEqual(["part", expect.stringMatching(clicks), "optional"]);
    expect(said({ state, grants: { ...NO_GRANTS, change: true } })[3]?.[0]).toBe("missing");
  });

  test("BRD54: of which nothing has come says so, and never that all is well", () => {
    const nothing = {
      machine: create(InstanceHealthSchema, { connected: true, lastSeen: timestampFromMs(NOW) }),
      peer: create(PeerSchema, {}),
      state: create(PeerStateSchema, {}),
    };
    const [, , operations, history] = said(nothing);
    expect(operations).toEqual([
      "missing",
      expect.stringMatching(/^Nothing has come of its operations\. .*Read Operations/),
      undefined,
    ]);
    expect(history).toEqual(["running", "First history: none has come yet", undefined]);
  });

  test("BRD54: whose history is coming in is not judged yet", () => {
    const machine = create(InstanceHealthSchema, {
      connected: true,
      catchUp: { first: true, received: 1_204n, expected: 3_880n },
    });
    const checks = said({ machine, state: create(PeerStateSchema, { knownPlans: [{ id: "daten" }] }) });
    expect(checks.map(([kind]) => kind)).toEqual(["yes", "yes", "running", "running"]);
    expect(checks.at(-1)?.[1]).toBe("Its history is coming in: 1,204 of 3,880 operations");
  });

  test("BRD54: that was let in and has not come is waited for", () => {
    const checks = said({
      machine: create(InstanceHealthSchema, {}),
      peer: create(PeerSchema, {}),
      connection: undefined,
      state: undefined,
      byToken: false,
    });
    expect(checks[0]).toEqual([
      "running",
      expect.stringMatching(/waiting for its connection\. It comes 60 to 180 s after its knock/),
      undefined,
    ]);
  });

  test("BRD54: older ones are told of their configuration file", () => {
    const state = create(PeerStateSchema, { knownPlans: [{ id: "daten" }] });
    expect(said({ state, labels: labelsOf("1.12") })[3]?.[1]).toMatch(/PERMISSION_READ_CONFIG.*config\.json/);
  });

  test.each([
    [{}, "yes", /hub shares none yet/],
    [{ permission: PushPermission.UNKNOWN }, "missing", /Nobody has said.*Receive shared repos/],
    [{ permission: PushPermission.NOT_GRANTED }, "missing", /does not take vault/],
    [{ permission: PushPermission.GRANTED, lastPush: PushState.PENDING }, "running", /on their way/],
    [{ permission: PushPermission.GRANTED, lastPush: PushState.SENT }, "part", /cannot confirm/],
    [
      { permission: PushPermission.GRANTED, lastPush: PushState.APPLIED, inPlace: true },
      "yes",
      /its own list of repos shows vault/,
    ],
  ])("BRD54: shared repos: %o", (share, kind, words) => {
    const shares = Object.keys(share).length === 0 ? [] : [{ instanceId: "nas", ...share }];
    const sharedRepos = [create(SharedRepoSchema, { repo: { id: "vault" }, shares })];
    expect(said({ sharedRepos, grants: { ...NO_GRANTS, repos: true } })[3]).toEqual([
      kind,
      expect.stringMatching(words),
      undefined,
    ]);
  });

  test("BRD54: shared repos that nobody chose are no check", () => {
    expect(said({ sharedRepos: [create(SharedRepoSchema, { repo: { id: "vault" } })] })).toHaveLength(5);
  });
});

describe("tries while somebody waits", () => {
  const entry = (cause: RefusalCause, more: object = {}) =>
    create(RefusedConnectionSchema, { cause, instanceId: "new", lastSeen: timestampFromMs(NOW), ...more });
  const waiting = { sinceMs: NOW - 1_000, enrolledBefore: new Set(["old"]) };

  test("BRD55: those that can be the machine's are shown, the newest first, at most three", () => {
    const tries = [1, 4, 2, 3].map((ms) =>
      entry(RefusalCause.TOKEN_EXPIRED, { id: String(ms), lastSeen: timestampFromMs(NOW + ms) }),
    );
    expect(triesWhile(tries, waiting).map(({ id }) => id)).toEqual(["4", "3", "2"]);
  });

  test.each([
    ["before somebody waited", entry(RefusalCause.TOKEN_EXPIRED, { lastSeen: timestampFromMs(NOW - 2_000) })],
    ["of a key that has been connected since", entry(RefusalCause.TOKEN_EXPIRED, { settled: true })],
    ["of a machine that was enrolled before", entry(RefusalCause.CLOCK, { instanceId: "old" })],
    ["that only broke", entry(RefusalCause.CONNECTION_LOST)],
    ["of a scanner", entry(RefusalCause.NOT_HTTP, { instanceId: "" })],
  ])("BRD55: one %s is not", (_, other) => {
    expect(triesWhile([other], waiting)).toEqual([]);
  });

  test("BRD55: a newcomer with a name that is taken is, and so is the machine that the token is for", () => {
    expect(triesWhile([entry(RefusalCause.KEY_CHANGED, { instanceId: "old" })], waiting)).toHaveLength(1);
    expect(
      triesWhile([entry(RefusalCause.CLOCK, { instanceId: "old" })], { ...waiting, forInstance: "old" }),
    ).toHaveLength(1);
  });
});

test("BRD53: no version is without words", () => {
  expect(LABELS.every(({ name }) => name.startsWith("Backrest "))).toBe(true);
});
