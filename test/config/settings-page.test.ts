import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { settingsPage } from "../../src/config/settings-page.js";

describe("docs/settings.md", () => {
  test("CFG10: says what the table of settings says; if not, run: node scripts/settings-page.mjs", () => {
    expect(readFileSync("docs/settings.md", "utf8")).toBe(settingsPage());
  });
});
