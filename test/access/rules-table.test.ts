import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { rulesTable } from "../../src/access/rules-table.js";

describe("docs/access.md", () => {
  test("ACC1: its table is the one that the gate decides by; if not, run: node scripts/access-page.mjs", () => {
    const [, table] =
      /<!-- rpc roles: begin -->\n\n([\s\S]*)\n<!-- rpc roles: end -->/.exec(readFileSync("docs/access.md", "utf8")) ??
      [];
    expect(table).toBe(rulesTable());
  });
});
