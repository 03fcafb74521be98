import { randomBytes } from "node:crypto";
import nacl from "tweetnacl";
import { HubError } from "../errors.js";

/** Keeps secrets at rest unreadable without the sealing key. */
export interface Sealer {
  seal(plain: Uint8Array): Uint8Array;
  /** @throws HubError `failed_precondition` when the key is another one or the bytes are damaged */
  open(sealed: Uint8Array): Uint8Array;
}

/** Names the format: XSalsa20-Poly1305 behind a nonce of 24 bytes. */
const PREFIX = Buffer.from("bhs1");

/** @param key 32 bytes */
export function createSealer(key: Uint8Array): Sealer {
  return {
    seal: (plain) => {
      const nonce = randomBytes(nacl.secretbox.nonceLength);
      return Buffer.concat([PREFIX, nonce, nacl.secretbox(plain, nonce, key)]);
    },
    open: (sealed) => {
      const body = sealed.subarray(PREFIX.length + nacl.secretbox.nonceLength);
      const nonce = sealed.subarray(PREFIX.length, PREFIX.length + nacl.secretbox.nonceLength);
      if (!PREFIX.equals(sealed.subarray(0, PREFIX.length)) || nonce.length < nacl.secretbox.nonceLength)
        throw unreadable();
      const plain = nacl.secretbox.open(body, nonce, key);
      if (plain === null) throw unreadable();
      return plain;
    },
  };
}

function unreadable(): HubError {
  return new HubError(
    "failed_precondition",
    "what is sealed does not open with the hub's sealing key: the file sealing-key is not the one it was sealed with. Restore it from your backup, or let the Backrest connect again, which sends it anew",
  );
}
