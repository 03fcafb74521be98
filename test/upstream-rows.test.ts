import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";

/**
 * What upstream's own tests prove and a hub must hold, by the file of the test: a name, or parts of one where a table
 * puts it together.
 */
const ROWS: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync("test/data/upstream-rows.json", "utf8"),
);
const SOURCES = globSync("test/**/*.ts")
  .filter((file) => file !== "test/upstream-rows.test.ts")
  .map((file) => readFileSync(file, "utf8"));

describe("upstream's own tests", () => {
  test.each(Object.entries(ROWS))("REC3: each of its tests of %s has one here that carries its name", (_file, rows) => {
    const missing = rows.filter((row) => {
      const parts = row.split(" | ");
      return !SOURCES.some((source) => parts.every((part) => namesOf(source).some((name) => name.includes(part))));
    });
    expect(missing).toEqual([]);
  });
});

/** The texts in a test's source, titles and tables of titles among them. */
function namesOf(source: string): string[] {
  return [...source.matchAll(/"((?:[^"\\\n]|\\.)*)"|`([^`]*)`/g)].map(
    ([, quoted, template]) => quoted ?? template ?? "",
  );
}
