import { createPrivateKey, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { fromBinary } from "@bufbuild/protobuf";
import { type SyncItem, SyncItemSchema } from "../../../gen/hub/wire/v1/sync_pb.js";
import { pointOf, type RecipientSecret } from "../../../src/dialect/current/kem.js";

/** Recorded from Backrest v1.14.1; see test/data/vectors/README.md. Bytes are base64. */
export interface Party {
  readonly instance_id: string;
  readonly keyid: string;
  readonly ed25519_seed: string;
  readonly ed25519_public: string;
}

export interface RecordVector {
  readonly counter: number;
  readonly plaintext: string;
  readonly outer_item: string;
}

export interface HandshakeVector {
  readonly role: "client" | "host";
  readonly protocol_version: number;
  readonly instance_id: string;
  readonly keyid: string;
  readonly pairing_secret: string;
  readonly transcript: string;
  readonly bind_hash: string;
  readonly signature: string;
  readonly item: string;
}

export interface ExchangeVector {
  readonly name: string;
  readonly client: Party;
  readonly host: Party;
  readonly kem: {
    readonly private_key_seed: string;
    readonly expanded: { readonly ml_kem_1024_seed: string; readonly p384_scalar: string };
    readonly public_key: string;
    readonly encapsulation: string;
  };
  readonly export_i2r: string;
  readonly export_r2i: string;
  readonly transcript: string;
  readonly handshakes: readonly HandshakeVector[];
  readonly records_i2r: readonly RecordVector[];
  readonly records_r2i: readonly RecordVector[];
  readonly wire: { readonly client_establish: string; readonly host_establish: string };
}

export interface Negative {
  readonly group: string;
  readonly name: string;
  readonly rejected: boolean;
  readonly outer_items?: readonly string[];
  readonly accepted_before_error?: number;
  readonly outer_item?: string;
  readonly encapsulation?: string;
  readonly export_i2r?: string;
  readonly item?: string;
  readonly transcript?: string;
  readonly peer?: { readonly instanceId: string; readonly keyId: string };
}

export const VECTORS = JSON.parse(readFileSync("test/data/vectors/g3-crypto.json", "utf8")) as {
  readonly cases: readonly ExchangeVector[];
  readonly bind_hashes: readonly {
    readonly name: string;
    readonly protocol_version: string;
    readonly instance_id: string;
    readonly pairing_secret: string;
    readonly transcript: string;
    readonly bind_hash: string;
  }[];
  readonly negative: readonly Negative[];
};

export function caseZero(): ExchangeVector {
  const [first] = VECTORS.cases;
  if (first === undefined) throw new Error("the vectors have no cases");
  return first;
}

export function negatives(group: string): Negative[] {
  return VECTORS.negative.filter((entry) => entry.group === group);
}

export function bytes(base64: string | undefined): Buffer {
  return Buffer.from(base64 ?? "", "base64");
}

export function item(base64: string | undefined): SyncItem {
  return fromBinary(SyncItemSchema, bytes(base64));
}

/** The recipient's secret out of the two seeds that draft-ietf-hpke-pq expands its seed to. */
export function recipientOf({ kem }: Pick<ExchangeVector, "kem">): RecipientSecret {
  const lattice = createPrivateKey({
    key: Buffer.concat([
      Buffer.from("3054020100300b060960864801650304040304428040", "hex"),
      bytes(kem.expanded.ml_kem_1024_seed),
    ]),
    format: "der",
    type: "pkcs8",
  });
  const privateKey = createPrivateKey({
    key: Buffer.concat([
      Buffer.from("303e0201010430", "hex"),
      bytes(kem.expanded.p384_scalar),
      Buffer.from("a00706052b81040022", "hex"),
    ]),
    format: "der",
    type: "sec1",
  });
  return { lattice, curve: { privateKey, point: pointOf(createPublicKey(privateKey)) } };
}
