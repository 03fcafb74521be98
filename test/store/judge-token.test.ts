import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { type JudgedToken, judgeToken } from "../../src/store/pairing.js";

interface Token {
  readonly secret?: string;
  readonly label: string;
  readonly expiresAtUnix?: string;
  readonly maxUses?: number;
  readonly uses?: number;
}

interface Case {
  readonly name: string;
  readonly secret: string;
  readonly tokens: readonly Token[] | null;
  readonly now_unix: number;
  readonly accepted_label: string | null;
  readonly error: string | null;
}

/** Answers of Backrest v1.14.1; see the README beside the file. */
const { validate }: { readonly validate: readonly Case[] } = JSON.parse(
  readFileSync("test/data/vectors/pairing.json", "utf8"),
);

const REFUSALS = { expired: /has expired$/, "used-up": /maximum number of uses/, unknown: /^no matching/ };

describe("the verdict on a secret", () => {
  // Without a secret nobody asks for a verdict; see PAIR5.
  test.each(validate.filter(({ secret }) => secret !== ""))("PAIR4: ValidatePairingSecret: $name", (vector) => {
    const { token, refusal } = judgeToken(
      (vector.tokens ?? []).map(toJudged),
      hash(vector.secret),
      vector.now_unix * 1000,
    );
    if (vector.error === null) expect([token?.label, refusal]).toEqual([vector.accepted_label, undefined]);
    else expect(vector.error).toMatch(REFUSALS[refusal ?? "unknown"]);
    if (vector.error !== null) expect(refusal).toBeDefined();
  });
});

/** Zero and less mean without a limit, as in Backrest's own tokens. */
function toJudged(token: Token): JudgedToken & { readonly label: string } {
  const { label, expiresAtUnix = "0", maxUses = 0, uses = 0 } = token;
  return {
    label,
    secretHash: hash(token.secret ?? ""),
    uses,
    ...(Number(expiresAtUnix) > 0 ? { expiresMs: Number(expiresAtUnix) * 1000 } : {}),
    ...(maxUses > 0 ? { maxUses } : {}),
  };
}

function hash(secret: string): Uint8Array {
  return createHash("sha256").update(secret).digest();
}
