import { describe, expect, test } from "@jest/globals";
import { LABELS, labelsOf, labelsOfClient } from "../../web/src/words/labels.js";

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

  test("BRD53: who joins with a token has a field for it and a screen that lists hubs", () => {
    for (const labels of LABELS.filter(({ joins }) => joins === "token")) {
      expect(labels.fields.pairingToken).toBeDefined();
      expect(labels.knownHosts).toBeDefined();
    }
  });
});
