import { describe, expect, test } from "@jest/globals";
import { readAuthorization } from "../../src/access/credentials.js";
import { couldBePassword, assertName, assertPassword } from "../../src/access/password-rules.js";

const basic = (text: string | Uint8Array) => `Basic ${Buffer.from(text).toString("base64")}`;

describe("the Authorization header", () => {
  test.each([
    ["Bearer abc", { kind: "bearer", token: "abc" }],
    ["bearer   abc ", { kind: "bearer", token: "abc" }],
    [basic("ann:a:b"), { kind: "basic", name: "ann", password: "a:b" }],
    [basic("ann:"), { kind: "basic", name: "ann", password: "" }],
    [basic("ann:\0x\n"), { kind: "basic", name: "ann", password: "\0x\n" }],
  ])("ACC11: %s is read", (header, credential) => {
    expect(readAuthorization(header)).toEqual(credential);
  });

  test.each([
    "",
    "Bearer",
    "Bearer ",
    "Bearer a b",
    "abc",
    "Basic",
    "Basic !!!",
    basic("ann"),
    "Digest x",
    "Basic \u00e9",
  ])("ACC11: %j is not understood", (header) => {
    expect(readAuthorization(header)).toBeUndefined();
  });
});

describe("names and passwords", () => {
  test("ACC21: names hold nothing that hides in a line of text, nor what Basic parts them by", () => {
    for (const name of ["ann", "Zoë", "ann@example.org", "ci-1", "a".repeat(64)]) assertName("a user", name);
    for (const name of ["", "a:b", "a b", "a\0", "a\u202eb", "a".repeat(65), "Zoe\u0308", "a,b", "a\nb"]) {
      expect(() => assertName("a user", name)).toThrow("cannot be the name of a user");
    }
  });

  test("ACC21: passwords have 10 to 256 characters and no NUL, and no error repeats one", () => {
    for (const password of ["a".repeat(10), "ü".repeat(256), "with spaces and 🔑"]) assertPassword(password);
    for (const password of ["s3cr3t", "s".repeat(257), "s3cr3t\0s3cr3t", "s3cr3t\ns3cr3t", ""]) {
      expect(() => assertPassword(password)).toThrow("the password");
      expect(() => assertPassword(password)).not.toThrow("s3cr3t");
    }
    expect([couldBePassword("s".repeat(1_000_000)), couldBePassword("a\0"), couldBePassword("")]).toEqual([
      false,
      false,
      false,
    ]);
  });
});
