import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import {
  assertFitsToken,
  formatPairingToken,
  type PairingToken,
  parsePairingToken,
} from "../../src/fleet/pairing-token.js";

interface Parts {
  readonly keyid: string;
  readonly secret: string;
  readonly instance_id: string;
}

/** Answers of Backrest v1.14.1; see the README beside the file. */
const VECTORS: {
  readonly format: readonly (Parts & {
    readonly token: string;
    readonly parsed_back: Parts | null;
    readonly parse_error: string | null;
  })[];
  readonly parse: readonly { readonly token: string; readonly parsed: Parts | null; readonly error: string | null }[];
} = JSON.parse(readFileSync("test/data/vectors/pairing.json", "utf8"));

describe("the text of a pairing token", () => {
  test.each(VECTORS.format)("PAIR1: FormatAndParse, RoundTrip: $token", (vector) => {
    expect(formatPairingToken(toParts(vector))).toBe(vector.token);
    expectParsed(vector.token, vector.parsed_back, vector.parse_error);
  });

  test.each(VECTORS.parse)("PAIR1: ParsePairingToken: $token", ({ token, parsed, error }) => {
    expectParsed(token, parsed, error);
  });

  test("PAIR1: WithColonsInKeyID: the key id ends at the first colon", () => {
    expect(parsePairingToken("ed25519.a:b:c#host")).toEqual({ keyid: "ed25519.a", secret: "b:c", instanceId: "host" });
  });

  test("PAIR1: WithHashInInstanceID: no token is made where Backrest would read it in two ways", () => {
    expect(() => assertFitsToken("hub#1")).toThrow(/key ids/);
    expect(() => assertFitsToken("hub:1 ü")).not.toThrow();
  });
});

function expectParsed(text: string, parts: Parts | null, error: string | null): void {
  if (parts === null) expect(() => parsePairingToken(text)).toThrow(error ?? "an error");
  else expect(parsePairingToken(text)).toEqual(toParts(parts));
}

function toParts({ keyid, secret, instance_id }: Parts): PairingToken {
  return { keyid, secret, instanceId: instance_id };
}
