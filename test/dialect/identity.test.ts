import { readFileSync } from "node:fs";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import nacl from "tweetnacl";
import {
  ed25519Keyid,
  generateEcdsaIdentity,
  generateEd25519Identity,
  type IdentityText,
  loadEcdsaIdentity,
  loadEd25519Identity,
  parseEcdsaPublicKey,
  signEcdsa,
  verifyEcdsa,
} from "../../src/dialect/identity.js";

interface SeedVectors {
  readonly identities: readonly (IdentityText & { readonly name: string; readonly keyid_if_zeros_were_kept: string })[];
  readonly signed_messages: readonly {
    readonly identity: string;
    readonly keyid: string;
    readonly instance_id: string;
    readonly payload: string;
    readonly signature: string;
  }[];
}

interface CurrentVectors {
  readonly identities: readonly {
    readonly ed25519_public: string;
    readonly ed25519_seed: string;
    readonly keyid: string;
  }[];
  readonly identity_load: readonly {
    readonly name: string;
    readonly ed25519_public: string;
    readonly ed25519_seed: string;
    readonly keyid: string;
    readonly rejected: boolean;
  }[];
}

const seed: SeedVectors = JSON.parse(read("g1-crypto.json"));
const current: CurrentVectors = JSON.parse(read("g3-crypto.json"));

describe("ECDSA identities of the seed generation", () => {
  test.each(seed.identities)("ID1: $name has the key id that Backrest derives", (identity) => {
    const loaded = loadEcdsaIdentity(identity);
    expect(parseEcdsaPublicKey(identity.ed25519pub).keyid).toBe(identity.keyid);
    expect(loaded).toMatchObject({
      keyid: identity.keyid,
      ed25519pub: identity.ed25519pub,
      ed25519priv: identity.ed25519priv,
    });
  });

  test("ID1: a key id over coordinates that keep their leading zeros is refused", () => {
    const trapped = seed.identities.filter((identity) => identity.keyid !== identity.keyid_if_zeros_were_kept);
    expect(trapped.length).toBeGreaterThanOrEqual(4);
    for (const identity of trapped) {
      expect(() => loadEcdsaIdentity({ ...identity, keyid: identity.keyid_if_zeros_were_kept })).toThrow(/own id is/);
    }
  });

  test.each(seed.signed_messages)("ID2: the signature of $instance_id by $identity holds", (message) => {
    const identity = seed.identities.find(({ name }) => name === message.identity);
    if (identity === undefined) throw new Error(`no identity ${message.identity}`);
    const { key } = parseEcdsaPublicKey(identity.ed25519pub);
    const payload = Buffer.from(message.payload, "base64");
    const signature = Buffer.from(message.signature, "base64");
    expect(verifyEcdsa(key, payload, signature)).toBe(true);
    expect(verifyEcdsa(key, Buffer.concat([payload, Buffer.from("x")]), signature)).toBe(false);
    expect(verifyEcdsa(key, payload, Buffer.concat([signature, Buffer.from([0])]))).toBe(false);
    expect(verifyEcdsa(key, payload, new Uint8Array())).toBe(false);
    expect(verifyEcdsa(key, payload, signEcdsa(loadEcdsaIdentity(identity), payload))).toBe(true);
  });

  test("ID3: GenerateKeypair, LoadKey, SignAndVerify: a generated ECDSA identity loads again and signs", () => {
    const made = generateEcdsaIdentity();
    const kept: IdentityText = JSON.parse(JSON.stringify(made));
    const loaded = loadEcdsaIdentity(kept);
    const payload = Buffer.from("hub");
    expect(loaded.keyid).toMatch(/^ecdsa\.[A-Za-z0-9_-]{43}$/);
    expect(made.ed25519pub).toMatch(/^-----BEGIN EC PUBLIC-----\n/);
    expect(made.ed25519priv).toMatch(/^-----BEGIN EC PRIVATE-----\n/);
    expect(verifyEcdsa(parseEcdsaPublicKey(made.ed25519pub).key, payload, loaded.sign(payload))).toBe(true);
  });

  test("ID4: a key on another curve is refused in words that name the curve", () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
    expect(() => parseEcdsaPublicKey(pem(publicKey.export({ type: "spki", format: "der" })))).toThrow(
      /P-256 \(found: ec, secp384r1\)/,
    );
  });

  test("ID4: keys of another kind, other encodings of a P-256 key and points off the curve are refused", () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const der = publicKey.export({ type: "spki", format: "der" });
    const offCurve = Buffer.from(der);
    offCurve.fill(7, 27);
    const ed25519 = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "der" });
    const explicit = generateKeyPairSync("ec", { namedCurve: "P-256", paramEncoding: "explicit" }).publicKey;
    const refused = [
      offCurve,
      Buffer.concat([der, Buffer.from([0])]),
      ed25519,
      explicit.export({ type: "spki", format: "der" }),
    ];
    for (const bytes of refused) expect(() => parseEcdsaPublicKey(pem(bytes))).toThrow(/sync\.identity/);
    for (const text of ["", "no pem", "x".repeat(100_000), pem(Buffer.from("garbage"))]) {
      expect(() => parseEcdsaPublicKey(text)).toThrow(/sync\.identity/);
    }
  });

  test("ID4: the PEM label is not looked at", () => {
    const [identity] = seed.identities;
    const relabelled = (identity?.ed25519pub ?? "").replaceAll("EC PUBLIC", "PUBLIC KEY");
    expect(parseEcdsaPublicKey(relabelled).keyid).toBe(identity?.keyid);
    expect(createPublicKey(relabelled).equals(parseEcdsaPublicKey(relabelled).key)).toBe(true);
  });
});

describe("Ed25519 identities of the current generation", () => {
  test.each(current.identities)("ID5: $keyid is derived from its seed", ({ ed25519_public, ed25519_seed, keyid }) => {
    const loaded = loadEd25519Identity({ keyid, ed25519priv: ed25519_seed, ed25519pub: ed25519_public });
    expect(loaded).toMatchObject({ keyid, ed25519priv: ed25519_seed, ed25519pub: ed25519_public });
    expect(ed25519Keyid(Buffer.from(ed25519_public, "base64"))).toBe(keyid);
  });

  test.each(current.identity_load)("ID5: $name loads exactly where Backrest loads it", (entry) => {
    const text = { keyid: entry.keyid, ed25519priv: entry.ed25519_seed, ed25519pub: entry.ed25519_public };
    if (entry.rejected) expect(() => loadEd25519Identity(text)).toThrow(/ed25519p|keyId/);
    else expect(loadEd25519Identity(text).keyid).toBe(entry.keyid);
  });

  test("ID3: GenerateKeypair, LoadKey, SignAndVerify: a generated Ed25519 identity loads again and signs", () => {
    const made = generateEd25519Identity();
    const loaded = loadEd25519Identity(made);
    const payload = Buffer.from("hub");
    expect(loaded.keyid).toMatch(/^ed25519\.[A-Za-z0-9_-]{43}$/);
    expect(nacl.sign.detached.verify(payload, loaded.sign(payload), made.publicKey)).toBe(true);
  });
});

function pem(der: Buffer): string {
  return `-----BEGIN EC PUBLIC-----\n${der.toString("base64")}\n-----END EC PUBLIC-----\n`;
}

function read(name: string): string {
  return readFileSync(`test/data/vectors/${name}`, "utf8");
}
