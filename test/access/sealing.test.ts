import { describe, expect, test } from "@jest/globals";
import { createSealer } from "../../src/access/sealing.js";
import { HubError } from "../../src/errors.js";

const sealer = createSealer(new Uint8Array(32).fill(1));
const plain = Buffer.from("repo password");

describe("sealing", () => {
  test("ACC9: what is sealed opens with the same key, is unreadable, and never looks the same twice", () => {
    for (const bytes of [plain, new Uint8Array()]) {
      const sealed = sealer.seal(bytes);
      expect(Buffer.from(sealer.open(sealed)).equals(bytes)).toBe(true);
      expect(Buffer.from(sealed).equals(sealer.seal(bytes))).toBe(false);
    }
    expect(Buffer.from(sealer.seal(plain)).includes(plain)).toBe(false);
  });

  test("ACC9: with another key, or with any bit changed, it is refused in words", () => {
    const sealed = sealer.seal(plain);
    expect(() => createSealer(new Uint8Array(32).fill(2)).open(sealed)).toThrow(/Restore it from your backup/);
    for (let index = 0; index < sealed.length; index++) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => sealer.open(changed)).toThrow(HubError);
    }
    for (let length = 0; length < sealed.length; length++)
      expect(() => sealer.open(sealed.subarray(0, length))).toThrow(HubError);
  });
});
