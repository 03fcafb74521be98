import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from "node:crypto";
import nacl from "tweetnacl";
import { HubError } from "../errors.js";

/**
 * An identity in the words of Backrest's own configuration (`sync.identity`). The fields are named ed25519 for both
 * generations; the seed generation keeps PEM text with an ECDSA key in them.
 */
export interface IdentityText {
  readonly keyid: string;
  readonly ed25519priv: string;
  readonly ed25519pub: string;
}

/** The seed generation's identity, a P-256 key. */
export interface EcdsaIdentity extends IdentityText {
  /** See {@link signEcdsa}. */
  sign(payload: Uint8Array): Uint8Array;
}

/** The current generation's identity. */
export interface Ed25519Identity extends IdentityText {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** A detached signature of 64 bytes. */
  sign(payload: Uint8Array): Uint8Array;
}

export interface EcdsaPublicKey {
  readonly key: KeyObject;
  readonly keyid: string;
}

export interface Ed25519PublicKey {
  readonly key: KeyObject;
  readonly keyid: string;
}

/** Bounds what a stranger can make the hub parse; Backrest's own is 178 characters. */
const MAX_PEM_LENGTH = 4096;
const HASH = "sha256";
const COORDINATE_BYTES = 32;
/** Characters that 32 bytes take in base64 without padding. */
const UNPADDED_32 = 43;
/** What precedes X and Y in the PKIX form of every P-256 key: both algorithm ids and the mark "uncompressed point". */
const P256_PREFIX = Buffer.from("3059301306072a8648ce3d020106082a8648ce3d03010703420004", "hex");
/** What precedes the key in the PKIX form of every Ed25519 key, and the seed in the PKCS #8 form. */
const ED25519_PKIX = Buffer.from("302a300506032b6570032100", "hex");
const ED25519_PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
/** The points of small order, without the sign bit: the y coordinates 0, 1, -1, two of order 8, p and p + 1. */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  "0".repeat(64),
  `01${"0".repeat(62)}`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  `ec${"f".repeat(60)}7f`,
  `ed${"f".repeat(60)}7f`,
  `ee${"f".repeat(60)}7f`,
]);

export function generateEcdsaIdentity(): EcdsaIdentity {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pkix = publicKey.export({ type: "spki", format: "der" });
  return ecdsaIdentity(privateKey, {
    keyid: ecdsaKeyid(pkix),
    ed25519priv: toPem("EC PRIVATE", privateKey.export({ type: "sec1", format: "der" })),
    ed25519pub: toPem("EC PUBLIC", pkix),
  });
}

/** @throws HubError `invalid_argument` where the three do not belong together, naming the field */
export function loadEcdsaIdentity(text: IdentityText): EcdsaIdentity {
  const stated = parseEcdsaPublicKey(text.ed25519pub);
  const privateKey = readSec1(text.ed25519priv);
  if (!createPublicKey(privateKey).equals(stated.key)) {
    throw new HubError("invalid_argument", "ed25519priv does not belong to ed25519pub");
  }
  assertKeyid(text.keyid, stated.keyid);
  return ecdsaIdentity(privateKey, text);
}

/**
 * A public key as a seed peer sends it: PEM with a PKIX key; its label is not looked at, as upstream does not.
 * @throws HubError `permission_denied` for what is no key, or no key on the curve P-256
 */
export function parseEcdsaPublicKey(pem: string): EcdsaPublicKey {
  const der = fromPem(pem);
  if (der === undefined) throw badKey("the public key is not PEM text");
  let key: KeyObject;
  try {
    key = createPublicKey({ key: der, type: "spki", format: "der" });
  } catch (cause) {
    throw badKey("the public key does not decode", cause);
  }
  const curve = key.asymmetricKeyDetails?.namedCurve;
  // The exact form leaves no second way to write a key, hence no second key id for it.
  if (
    der.length !== P256_PREFIX.length + 2 * COORDINATE_BYTES ||
    !der.subarray(0, P256_PREFIX.length).equals(P256_PREFIX)
  ) {
    const found = curve === undefined || curve === "prime256v1" ? (key.asymmetricKeyType ?? "unknown") : `ec, ${curve}`;
    throw badKey(`the public key is no plain ECDSA key on the curve P-256 (found: ${found})`);
  }
  return { key, keyid: ecdsaKeyid(der) };
}

/** An ASN.1 DER signature over SHA-256 of the payload. */
export function signEcdsa(identity: EcdsaIdentity, payload: Uint8Array): Uint8Array {
  return identity.sign(payload);
}

export function verifyEcdsa(publicKey: KeyObject, payload: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(HASH, payload, publicKey, signature);
  } catch {
    return false;
  }
}

/**
 * A public key as a current peer sends it: 32 bytes in standard base64 without padding.
 * @throws HubError `permission_denied` for what is no key, or one under which anybody could sign
 */
export function parseEd25519PublicKey(text: string): Ed25519PublicKey {
  const publicKey = from32(text);
  if (publicKey === undefined) throw badKey("the public key is not base64 without padding of 32 bytes");
  if (isSmallOrder(publicKey)) throw badKey("the public key is one under which anybody could sign");
  try {
    const key = createPublicKey({ key: Buffer.concat([ED25519_PKIX, publicKey]), type: "spki", format: "der" });
    return { key, keyid: ed25519Keyid(publicKey) };
  } catch (cause) {
    throw badKey("the public key does not decode", cause);
  }
}

/** Node's verification: 0.14 ms with the import of the key, where tweetnacl's takes 10 ms. */
export function verifyEd25519(publicKey: KeyObject, payload: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(undefined, payload, publicKey, signature);
  } catch {
    return false;
  }
}

export function generateEd25519Identity(): Ed25519Identity {
  return ed25519Identity(nacl.sign.keyPair());
}

/** @param seed 32 bytes, which are the private key */
export function ed25519FromSeed(seed: Uint8Array): Ed25519Identity {
  return ed25519Identity(nacl.sign.keyPair.fromSeed(new Uint8Array(seed)));
}

/** @throws HubError `invalid_argument` where the three do not belong together, naming the field */
export function loadEd25519Identity(text: IdentityText): Ed25519Identity {
  const publicKey = decode32("ed25519pub", text.ed25519pub);
  const pair = nacl.sign.keyPair.fromSeed(decode32("ed25519priv", text.ed25519priv));
  if (!Buffer.from(pair.publicKey).equals(publicKey)) {
    throw new HubError("invalid_argument", "ed25519priv does not belong to ed25519pub");
  }
  assertKeyid(text.keyid, ed25519Keyid(publicKey));
  return ed25519Identity(pair);
}

/** @param publicKey 32 bytes */
export function ed25519Keyid(publicKey: Uint8Array): string {
  return `ed25519.${createHash(HASH).update(publicKey).digest("base64url")}`;
}

function ecdsaIdentity(privateKey: KeyObject, { keyid, ed25519priv, ed25519pub }: IdentityText): EcdsaIdentity {
  return Object.freeze({
    keyid,
    ed25519priv,
    ed25519pub,
    sign: (payload: Uint8Array): Uint8Array => sign(HASH, payload, privateKey),
  });
}

function ed25519Identity({ publicKey, secretKey }: nacl.SignKeyPair): Ed25519Identity {
  // tweetnacl's secret key is the seed followed by the public key.
  const seed = secretKey.subarray(0, nacl.sign.seedLength);
  // Node signs in 0.04 ms where tweetnacl takes 5 ms, to the same bytes.
  const key = createPrivateKey({ key: Buffer.concat([ED25519_PKCS8, seed]), type: "pkcs8", format: "der" });
  return Object.freeze({
    keyid: ed25519Keyid(publicKey),
    ed25519priv: unpadded(seed),
    ed25519pub: unpadded(publicKey),
    publicKey,
    sign: (payload: Uint8Array): Uint8Array => sign(undefined, payload, key),
  });
}

/** The hash of both coordinates, each without its leading zero bytes: big-endian numbers as Go writes them. */
function ecdsaKeyid(pkix: Buffer): string {
  const x = pkix.subarray(P256_PREFIX.length, P256_PREFIX.length + COORDINATE_BYTES);
  const y = pkix.subarray(P256_PREFIX.length + COORDINATE_BYTES);
  return `ecdsa.${createHash(HASH).update(withoutLeadingZeros(x)).update(withoutLeadingZeros(y)).digest("base64url")}`;
}

function withoutLeadingZeros(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? bytes.subarray(bytes.length) : bytes.subarray(first);
}

function readSec1(pem: string): KeyObject {
  const der = fromPem(pem);
  if (der === undefined) throw new HubError("invalid_argument", "ed25519priv is not PEM text");
  try {
    return createPrivateKey({ key: der, type: "sec1", format: "der" });
  } catch (cause) {
    throw new HubError("invalid_argument", "ed25519priv holds no EC private key", { cause });
  }
}

function assertKeyid(stated: string, derived: string): void {
  if (stated !== derived)
    throw new HubError("invalid_argument", `keyId is ${stated}, but the key's own id is ${derived}`);
}

function badKey(what: string, cause?: unknown): HubError {
  return new HubError("permission_denied", `${what}; check sync.identity in this machine's Backrest configuration`, {
    cause,
  });
}

/** Node reads PEM only under the labels that OpenSSL knows, so the armour is taken off here. */
function fromPem(pem: string): Buffer | undefined {
  if (pem.length > MAX_PEM_LENGTH) return undefined;
  const match = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END \1-----/.exec(pem);
  return match?.[2] === undefined ? undefined : Buffer.from(match[2], "base64");
}

function toPem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}

function decode32(field: string, text: string): Buffer {
  const bytes = from32(text);
  if (bytes === undefined) {
    throw new HubError("invalid_argument", `${field} is not base64 without padding of 32 bytes`);
  }
  return bytes;
}

/** Undefined for all but the one way to write 32 bytes. */
function from32(text: string): Buffer | undefined {
  if (text.length !== UNPADDED_32) return undefined;
  const bytes = Buffer.from(text, "base64");
  return bytes.length === 32 && unpadded(bytes) === text ? bytes : undefined;
}

function isSmallOrder(publicKey: Buffer): boolean {
  const y = Buffer.from(publicKey);
  y[31] = (y[31] ?? 0) & 0x7f;
  return SMALL_ORDER.has(y.toString("hex"));
}
