import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type SyncItem, SyncItemSchema } from "../../../gen/hub/wire/v1/sync_pb.js";
import { SyncStreamItem_SyncActionEncryptedSchema as EncryptedSchema } from "../../../gen/v1sync/syncservice_pb.js";
import { HubError } from "../../errors.js";
import { nameOf } from "../item-name.js";

/** One sealed item. */
export interface SealedRecord {
  /** 12 bytes. */
  readonly nonce: Uint8Array;
  /** With the tag behind it. */
  readonly ciphertext: Uint8Array;
}

const CIPHER = "aes-256-gcm";
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const WITH_TAG = { authTagLength: TAG_BYTES } as const;
const NO_UNKNOWN = { readUnknownFields: false } as const;

/**
 * Seals one direction of a session, an item a record. A record takes the next nonce when it is sealed, and the receiver
 * takes no other: seal an item at the moment when it is written, never one that may still be dropped or overtaken.
 */
export class RecordSealer {
  readonly #key: KeyObject;
  #counter = 0;

  /** @param key 32 bytes */
  constructor(key: Uint8Array) {
    this.#key = createSecretKey(key);
  }

  seal(item: SyncItem): SyncItem {
    const value = toBinary(EncryptedSchema, create(EncryptedSchema, this.sealBytes(toBinary(SyncItemSchema, item))));
    return create(SyncItemSchema, { action: { case: "encrypted", value } });
  }

  /** @param plaintext an encoded item */
  sealBytes(plaintext: Uint8Array): SealedRecord {
    const nonce = nonceOf(this.#counter++);
    const cipher = createCipheriv(CIPHER, this.#key, nonce, WITH_TAG);
    const sealed = cipher.update(plaintext);
    cipher.final();
    return { nonce, ciphertext: Buffer.concat([sealed, cipher.getAuthTag()]) };
  }
}

/** Opens one direction of a session. After the first record that is not right it opens nothing any more. */
export class RecordOpener {
  readonly #key: KeyObject;
  #counter = 0;
  #failure: HubError | undefined;

  /** @param key 32 bytes */
  constructor(key: Uint8Array) {
    this.#key = createSecretKey(key);
  }

  /**
   * The item in a record; its bytes own their buffer.
   * @throws HubError `invalid_argument` for what is no record, not the next one, altered, or holds no item
   */
  open(item: SyncItem): SyncItem {
    return this.#once(() => decodeItem(this.#decrypt(readRecord(item))));
  }

  /** The encoded item in a record; throws as {@link open} does, and does not look at what the item is. */
  openBytes(record: SealedRecord): Uint8Array {
    return this.#once(() => this.#decrypt(record));
  }

  #once<T>(open: () => T): T {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return open();
    } catch (reason) {
      this.#failure = HubError.from(reason);
      throw this.#failure;
    }
  }

  #decrypt({ nonce, ciphertext }: SealedRecord): Uint8Array {
    if (nonce.length !== NONCE_BYTES) throw badRecord(`has a nonce of ${nonce.length} bytes, not ${NONCE_BYTES}`);
    const expected = nonceOf(this.#counter);
    if (!expected.equals(nonce)) throw badRecord("is not the next one: one was lost, repeated or moved on the way");
    if (ciphertext.length < TAG_BYTES) throw badRecord("is cut off");
    const split = ciphertext.length - TAG_BYTES;
    const decipher = createDecipheriv(CIPHER, this.#key, expected, WITH_TAG);
    decipher.setAuthTag(ciphertext.subarray(split));
    const plaintext = decipher.update(ciphertext.subarray(0, split));
    try {
      decipher.final();
    } catch (cause) {
      throw badRecord("does not decrypt: it was sealed with another key or altered on the way", cause);
    }
    this.#counter++;
    return plaintext;
  }
}

/** Four zero bytes and the number of the record; a number holds more of them than any session sends. */
function nonceOf(counter: number): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUIntBE(counter, NONCE_BYTES - 6, 6);
  return nonce;
}

function readRecord(item: SyncItem): SealedRecord {
  if (item.action.case !== "encrypted") {
    throw new HubError(
      "invalid_argument",
      `this Backrest sent ${nameOf(item)} in the clear; behind the key exchange everything is encrypted`,
    );
  }
  try {
    return fromBinary(EncryptedSchema, item.action.value, NO_UNKNOWN);
  } catch (cause) {
    throw badRecord("does not decode", cause);
  }
}

function decodeItem(plaintext: Uint8Array): SyncItem {
  try {
    return fromBinary(SyncItemSchema, plaintext, NO_UNKNOWN);
  } catch (cause) {
    throw badRecord("holds no message of Backrest's sync", cause);
  }
}

function badRecord(what: string, cause?: unknown): HubError {
  return new HubError(
    "invalid_argument",
    `an encrypted message ${what}; Backrest dials again by itself, and where this repeats something between it and the hub changes what is sent`,
    { cause },
  );
}
