import { createECDH, createHash, createPrivateKey, createPublicKey } from "node:crypto";
import {
  type EcdsaIdentity,
  type Ed25519Identity,
  ed25519FromSeed,
  loadEcdsaIdentity,
  parseEcdsaPublicKey,
} from "../../dialect/identity.js";

/** The key of a simulated machine of the current generation; whoever knows the seed has it, too. */
export function seededEd25519Identity(seed: number, name: string): Ed25519Identity {
  return ed25519FromSeed(createHash("sha256").update(`identity/current/${seed}/${name}`).digest());
}

/**
 * The key of a simulated machine: whoever knows the seed has it, so a hub that matters lets no such machine stay.
 */
export function seededIdentity(seed: number, name: string): EcdsaIdentity {
  const scalar = createHash("sha256").update(`identity/${seed}/${name}`).digest();
  const curve = createECDH("prime256v1");
  // A hash that is no scalar of the curve (0, or above its order) would be refused here; one in 2^32 seeds may be.
  curve.setPrivateKey(scalar);
  const point = curve.getPublicKey();
  const jwk = {
    kty: "EC",
    crv: "P-256",
    d: scalar.toString("base64url"),
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url"),
  };
  const key = createPrivateKey({ key: jwk, format: "jwk" });
  const ed25519priv = pem("EC PRIVATE", key.export({ type: "sec1", format: "der" }));
  const ed25519pub = pem("EC PUBLIC", createPublicKey(key).export({ type: "spki", format: "der" }));
  return loadEcdsaIdentity({ keyid: parseEcdsaPublicKey(ed25519pub).keyid, ed25519priv, ed25519pub });
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
