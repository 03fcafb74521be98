import { describe, expect, test } from "@jest/globals";
import { PasswordHasher } from "../../src/access/password-hasher.js";

describe("password hashes", () => {
  test("ACC12: are Argon2id with parameters and salts of their own, and verify that password only", async () => {
    const hasher = new PasswordHasher();
    const [one, two] = [await hasher.hash("correct horse", "stranger"), await hasher.hash("correct horse", "stranger")];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=32768,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(two);
    expect(await hasher.verify("correct horse", one, "stranger")).toBe(true);
    expect(await hasher.verify("correct horse ", one, "stranger")).toBe(false);
    await expect(hasher.verify("correct horse", "$2a$10$x", "stranger")).rejects.toMatchObject({ code: "internal" });
  });

  test("ACC12: a hash of Argon2's reference implementation verifies", async () => {
    // src/test.c in https://github.com/P-H-C/phc-winner-argon2
    const hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    expect(await new PasswordHasher().verify("password", hash, "stranger")).toBe(true);
    expect(await new PasswordHasher().verify("Password", hash, "stranger")).toBe(false);
  });

  test("ACC12: an unknown user costs a whole hash, and is never let in", async () => {
    const hasher = new PasswordHasher();
    const known = await hasher.hash("correct horse", "stranger");
    const time = async (hash: string | undefined) => {
      const begin = performance.now();
      expect(await hasher.verify("wrong horse", hash, "stranger")).toBe(false);
      return performance.now() - begin;
    };
    await time(undefined);
    const times = { known: 0, unknown: 0 };
    for (let round = 0; round < 5; round++) {
      times.known += await time(known);
      times.unknown += await time(undefined);
    }
    // A lookup alone would take a hundredth.
    expect(times.unknown).toBeGreaterThan(times.known / 3);
  });

  test("ACC12: two are made at once off the loop, 32 wait, and who comes then is told to come later", async () => {
    const hasher = new PasswordHasher();
    await hasher.verify("", undefined, "stranger");
    let ticks = 0;
    const ticking = setInterval(() => (ticks += 1), 5);
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, () => hasher.hash("correct horse", "stranger")),
    );
    clearInterval(ticking);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(34);
    expect(results.slice(34)).toMatchObject(
      Array.from({ length: 6 }, () => ({ reason: { code: "resource_exhausted" } })),
    );
    expect(ticks).toBeGreaterThan(20);
    expect(await hasher.verify("correct horse", await hasher.hash("correct horse", "stranger"), "known")).toBe(true);
  });

  test("ACC24: who is known waits behind no stranger", async () => {
    const hasher = new PasswordHasher();
    const ended: string[] = [];
    const note = (who: string) => () => void ended.push(who);
    const strangers = Array.from({ length: 34 }, () => hasher.hash("correct horse", "stranger").then(note("stranger")));
    const known = hasher.hash("correct horse", "known").then(note("known"));
    await expect(hasher.hash("correct horse", "stranger")).rejects.toMatchObject({ code: "resource_exhausted" });
    await Promise.all([known, ...strangers]);
    expect(ended.indexOf("known")).toBeLessThan(5);
  });
});
