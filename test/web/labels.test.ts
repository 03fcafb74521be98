import { describe, expect, test } from "@jest/globals";
import { LABELS, labelsOf, labelsOfClient, labelsOfKey } from "../../web/src/words/labels.js";

describe("Backrest's own labels", () => {
  test("BRD53: stand in one table, the newest version first, each with the way in which its machines join", () => {
    expect(LABELS.map(({ version, joins }) => [version, joins])).toEqual([
      ["1.14", "token"],
      ["1.13", "token"],
      ["1.12", "approval"],
    ]);
  });

  test("BRD53: a version that is not known has the newest one's", () => {
    expect(labelsOf("1.13").version).toBe("1.13");
    for (const unknown of [undefined, null, "", "2.0"]) expect(labelsOf(unknown).version).toBe("1.14");
  });

  test.each([
    ["Backrest v1.14", "1.14"],
    ["Backrest v1.13", "1.13"],
    ["Backrest v1.13 or later", "1.14"],
    ["Backrest v1.11 or v1.12", "1.12"],
    ["", "1.14"],
  ])("BRD53: %j, as the hub says it, has the labels of %s", (client, version) => {
    expect(labelsOfClient(client).version).toBe(version);
  });

  test("BRD53: the kind of a key tells which labels its machine has", () => {
    expect(labelsOfKey("ecdsa.AAAA").version).toBe("1.12");
    expect(labelsOfKey("ed25519.AAAA").version).toBe("1.14");
  });

  test("BRD53: what no screen of a version has is absent, or as its configuration file has it", () => {
    const { knownHosts, buttons, permissions, general, identity, identityKey } = labelsOf("1.12");
    expect([knownHosts, buttons.addKnownHost, buttons.addPermission]).toEqual([undefined, undefined, undefined]);
    expect([general, `${identityKey} ${identity}`, buttons.save]).toEqual([
      "Settings",
      "multihost.identity.keyid Settings › Preview",
      "Save",
    ]);
    expect(permissions.readOperations).toBe("PERMISSION_READ_OPERATIONS");
    expect(labelsOf("1.14").permissions).not.toHaveProperty("readConfig");
  });

  test("BRD53: who joins with a token has a field for it and a screen that lists hubs", () => {
    for (const labels of LABELS.filter(({ joins }) => joins === "token")) {
      expect(labels.fields.pairingToken).toBeDefined();
      expect(labels.knownHosts).toBeDefined();
      expect(labels.buttons.remove).toBeDefined();
    }
  });
});
