import {
  createHash,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPair,
  type KeyObject,
} from "node:crypto";
import { promisify } from "node:util";

/**
 * The key encapsulation MLKEM1024-P384 (0x0051) on Node's own primitives, what takes long of them on the thread pool.
 *
 * Measured on two cores, one exchange of the host's side: the package `hpke` on WebCrypto takes 3.0 ms of CPU, nearly
 * all of it on the event loop (318 exchanges/s); these calls take 1.0 ms with an ephemeral key made ahead, 0.4 ms of it
 * on the event loop (940/s), and 1.9 ms without (450/s). So `hpke` is what the tests compare with.
 */
export interface Encapsulated {
  /** 32 bytes. */
  readonly sharedSecret: Uint8Array;
  /** {@link KEM_BYTES} bytes, for the other side. */
  readonly encapsulation: Uint8Array;
}

/** An ephemeral P-384 key, to be used once. */
export interface EphemeralKey {
  readonly privateKey: KeyObject;
  /** 97 bytes, uncompressed. */
  readonly point: Uint8Array;
}

/** A recipient's public key, checked. */
export interface RecipientKey {
  readonly lattice: KeyObject;
  readonly curve: KeyObject;
  readonly point: Uint8Array;
}

/** The secret half of a recipient's key. */
export interface RecipientSecret {
  readonly lattice: KeyObject;
  readonly curve: EphemeralKey;
}

/** A public key and an encapsulation are of the same length: 1568 bytes of ML-KEM-1024 and a P-384 point. */
export const KEM_BYTES = 1665;
const LATTICE_BYTES = 1568;
/** The coefficients of an ML-KEM-1024 key, without the seed behind them. */
const COEFFICIENT_BYTES = 1536;
const UNCOMPRESSED = 4;
const LABEL = Buffer.from("MLKEM1024-P384");
/** What precedes the key itself in the PKIX form of either kind. */
const LATTICE_PKIX = Buffer.from("30820632300b06096086480165030404030382062100", "hex");
const CURVE_PKIX = Buffer.from("3076301006072a8648ce3d020106052b81040022036200", "hex");

const decapsulateAsync = promisify(decapsulate);
const agreeAsync = promisify(diffieHellman);
const generateAsync = promisify(generateKeyPair);

export async function generateEphemeralKey(): Promise<EphemeralKey> {
  const { privateKey, publicKey } = await generateAsync("ec", { namedCurve: "P-384" });
  return { privateKey, point: pointOf(publicKey) };
}

export async function generateRecipient(): Promise<RecipientSecret> {
  const [{ privateKey }, curve] = await Promise.all([generateAsync("ml-kem-1024"), generateEphemeralKey()]);
  return { lattice: privateKey, curve };
}

/** The public key of a recipient as it travels. */
export function recipientPublicKey({ lattice, curve }: RecipientSecret): Uint8Array {
  const pkix = createPublicKey(lattice).export({ type: "spki", format: "der" });
  return Buffer.concat([pkix.subarray(LATTICE_PKIX.length), curve.point]);
}

/**
 * Length, an ML-KEM key whose coefficients are in range and not all zero, and a point on the curve.
 * @throws Error where the bytes are no such key
 */
export function parseRecipientKey(bytes: Uint8Array): RecipientKey {
  assertLength(bytes);
  // Under a key of zeros whoever listens can compute the lattice's half of the secret.
  if (bytes.subarray(0, COEFFICIENT_BYTES).every((byte) => byte === 0)) throw new Error("the ML-KEM key is zero");
  const point = bytes.subarray(LATTICE_BYTES);
  return {
    lattice: importKey(LATTICE_PKIX, bytes.subarray(0, LATTICE_BYTES)),
    curve: importPoint(point),
    point,
  };
}

/** @throws Error where the two halves do not agree on anything */
export async function encapsulateTo(recipient: RecipientKey, ephemeral: EphemeralKey): Promise<Encapsulated> {
  const agreeing = agreeAsync({ privateKey: ephemeral.privateKey, publicKey: recipient.curve });
  // 0.04 ms: less than to wake a thread for it.
  const { sharedKey, ciphertext } = encapsulate(recipient.lattice);
  const agreed = await agreeing;
  return {
    sharedSecret: combine(sharedKey, agreed, ephemeral.point, recipient.point),
    encapsulation: Buffer.concat([ciphertext, ephemeral.point]),
  };
}

/**
 * A lattice half that was tampered with gives another secret and no error: ML-KEM rejects implicitly.
 * @throws Error where the bytes are no encapsulation
 */
export async function decapsulateWith(secret: RecipientSecret, encapsulation: Uint8Array): Promise<Uint8Array> {
  assertLength(encapsulation);
  const point = encapsulation.subarray(LATTICE_BYTES);
  const publicKey = importPoint(point);
  const [shared, agreed] = await Promise.all([
    decapsulateAsync(secret.lattice, encapsulation.subarray(0, LATTICE_BYTES)),
    agreeAsync({ privateKey: secret.curve.privateKey, publicKey }),
  ]);
  return combine(shared, agreed, point, secret.curve.point);
}

export function pointOf(publicKey: KeyObject): Uint8Array {
  return publicKey.export({ type: "spki", format: "der" }).subarray(CURVE_PKIX.length);
}

function combine(lattice: Uint8Array, curve: Uint8Array, ephemeralPoint: Uint8Array, point: Uint8Array): Uint8Array {
  return createHash("sha3-256")
    .update(lattice)
    .update(curve)
    .update(ephemeralPoint)
    .update(point)
    .update(LABEL)
    .digest();
}

function importPoint(point: Uint8Array): KeyObject {
  if (point[0] !== UNCOMPRESSED) throw new Error("the P-384 point is not in uncompressed form");
  return importKey(CURVE_PKIX, point);
}

function importKey(prefix: Buffer, key: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([prefix, key]), format: "der", type: "spki" });
}

function assertLength(bytes: Uint8Array): void {
  if (bytes.length !== KEM_BYTES) throw new Error(`${bytes.length} bytes where there must be ${KEM_BYTES}`);
}
