import { createHash, createHmac } from "node:crypto";

/** What both sides hold after a key exchange. */
export interface SessionSecrets {
  /** 32 bytes, an AES-256 key: what the client seals with. */
  readonly initiatorToResponder: Uint8Array;
  /** 32 bytes, an AES-256 key: what the host seals with. */
  readonly responderToInitiator: Uint8Array;
  /** 32 bytes that name this exchange; both handshakes sign them. */
  readonly transcript: Uint8Array;
}

export const KEY_EXCHANGE_VERSION = 1;

const HPKE_V1 = Buffer.from("HPKE-v1");
/** MLKEM1024-P384, HKDF-SHA256, AES-256-GCM. */
const SUITE = Buffer.concat([Buffer.from("HPKE"), Buffer.from([0x00, 0x51, 0x00, 0x01, 0x00, 0x02])]);
const NOTHING = Buffer.alloc(0);
const KEY_BYTES = 32;
/** HPKE's base mode, without a pre-shared key: the same for every exchange. */
const CONTEXT = Buffer.concat([
  Buffer.from([0]),
  labeledExtract(NOTHING, "psk_id_hash", NOTHING),
  labeledExtract(NOTHING, "info_hash", Buffer.from("backrest-sync-transport-v1")),
]);
const TRANSCRIPT_LABEL = Buffer.from("backrest-sync-transport-transcript/v1\0");

/**
 * RFC 9180's key schedule as far as exporting goes, and the transcript beside it.
 * @param sharedSecret what the key encapsulation gave, 32 bytes
 * @param publicKey the initiator's, as it was sent
 * @param encapsulation the responder's, as it was sent
 */
export function deriveSecrets(
  sharedSecret: Uint8Array,
  publicKey: Uint8Array,
  encapsulation: Uint8Array,
): SessionSecrets {
  const secret = labeledExtract(sharedSecret, "secret", NOTHING);
  const exporter = labeledExpand(secret, "exp", CONTEXT);
  return {
    initiatorToResponder: exportKey(exporter, "initiator-to-responder"),
    responderToInitiator: exportKey(exporter, "responder-to-initiator"),
    transcript: createHash("sha256")
      .update(TRANSCRIPT_LABEL)
      .update(uint32(KEY_EXCHANGE_VERSION))
      .update(uint32(publicKey.length))
      .update(publicKey)
      .update(uint32(encapsulation.length))
      .update(encapsulation)
      .digest(),
  };
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function exportKey(exporter: Buffer, direction: string): Buffer {
  return labeledExpand(exporter, "sec", Buffer.from(`backrest-sync-session-key/v1/${direction}`));
}

function labeledExtract(salt: Uint8Array, label: string, input: Uint8Array): Buffer {
  return createHmac("sha256", salt).update(HPKE_V1).update(SUITE).update(label).update(input).digest();
}

/** One block of HKDF's expansion: every key here is as long as the hash. */
function labeledExpand(key: Uint8Array, label: string, info: Uint8Array): Buffer {
  return createHmac("sha256", key)
    .update(Buffer.from([0, KEY_BYTES]))
    .update(HPKE_V1)
    .update(SUITE)
    .update(label)
    .update(info)
    .update(Buffer.from([1]))
    .digest();
}
