import { createHmac, randomBytes } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { readSession, signSession } from "../../src/access/session-token.js";

const KEY = randomBytes(64);
const CLAIMS = { sub: "ann", iat: 1_000, exp: 605_800, jti: "a", uid: 1, epoch: 0 };

describe("a session's token", () => {
  test("ACC14: is a JSON Web Token with HS256 and the user as its subject", () => {
    const text = signSession(CLAIMS, KEY);
    const [header = "", body = "", signature] = text.split(".");
    expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({ alg: "HS256", typ: "JWT" });
    expect(JSON.parse(Buffer.from(body, "base64url").toString())).toEqual(CLAIMS);
    expect(signature).toBe(createHmac("sha256", KEY).update(`${header}.${body}`).digest("base64url"));
    expect(readSession(text, KEY)).toEqual(CLAIMS);
  });

  test("ACC14: of another key, with another algorithm or none, altered or cut, is worth nothing", () => {
    const [header = "", body = "", signature = ""] = signSession(CLAIMS, KEY).split(".");
    const none = Buffer.from(JSON.stringify({ alg: "none", typ: "JWT" })).toString("base64url");
    const admin = Buffer.from(JSON.stringify({ ...CLAIMS, sub: "admin" })).toString("base64url");
    for (const text of [
      signSession(CLAIMS, randomBytes(64)),
      `${none}.${body}.`,
      `${none}.${body}.${createHmac("sha256", KEY).update(`${none}.${body}`).digest("base64url")}`,
      `${header}.${admin}.${signature}`,
      `${header}.${body}.${signature.slice(1)}`,
      `${header}.${body}`,
      `${header}.${body}.${signature}.x`,
      "",
      "..",
      `${"a".repeat(5_000)}.b.c`,
    ]) {
      expect([text.slice(0, 40), readSession(text, KEY)]).toEqual([text.slice(0, 40), undefined]);
    }
  });
});
