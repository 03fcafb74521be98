import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type SyncItem, SyncItemSchema } from "../../../gen/hub/wire/v1/sync_pb.js";
import {
  type SyncStreamItem_SyncActionEstablishSharedSecret as Establish,
  SyncStreamItem_SyncActionEstablishSharedSecretSchema as EstablishSchema,
} from "../../../gen/v1sync/syncservice_pb.js";
import { HubError } from "../../errors.js";
import { nameOf } from "../item-name.js";
import type { EphemeralKeys } from "./ephemeral-keys.js";
import {
  decapsulateWith,
  encapsulateTo,
  generateRecipient,
  KEM_BYTES,
  parseRecipientKey,
  type RecipientKey,
  recipientPublicKey,
  type RecipientSecret,
} from "./kem.js";
import { deriveSecrets, KEY_EXCHANGE_VERSION, type SessionSecrets } from "./key-schedule.js";

export interface ExchangeAnswer {
  /** In the clear, for the client. */
  readonly item: SyncItem;
  readonly secrets: SessionSecrets;
}

/**
 * The client's public key out of the first item of a session. Costs nothing but a look at lengths.
 * @throws HubError `invalid_argument`, in words for the peer's operator
 */
export function readPublicKey(item: SyncItem): Uint8Array {
  const { kemPublicKey } = readEstablish(item, "first message");
  if (kemPublicKey.length === KEM_BYTES) return kemPublicKey;
  throw badExchange(
    kemPublicKey.length === 0
      ? "carries no public key"
      : `carries a public key of ${kemPublicKey.length} bytes, not ${KEM_BYTES}`,
  );
}

/**
 * The host's side of the exchange: encapsulates to the client's key. What takes long is done off the event loop.
 * @throws HubError `invalid_argument` where the key is none
 */
export async function answerKeyExchange(publicKey: Uint8Array, keys: EphemeralKeys): Promise<ExchangeAnswer> {
  let recipient: RecipientKey;
  try {
    recipient = parseRecipientKey(publicKey);
  } catch (cause) {
    throw badExchange("carries a public key that is none", cause);
  }
  const { sharedSecret, encapsulation } = await encapsulateTo(recipient, await keys.take());
  return {
    item: establishItem({ kemEncapsulation: encapsulation }),
    secrets: deriveSecrets(sharedSecret, publicKey, encapsulation),
  };
}

/** The client's side of the exchange, for one session. */
export class KeyExchange {
  /** In the clear, for the host. */
  readonly item: SyncItem;
  readonly #publicKey: Uint8Array;
  readonly #secret: RecipientSecret;

  constructor(secret: RecipientSecret) {
    this.#secret = secret;
    this.#publicKey = recipientPublicKey(secret);
    this.item = establishItem({ kemPublicKey: this.#publicKey });
  }

  static async begin(): Promise<KeyExchange> {
    return new KeyExchange(await generateRecipient());
  }

  /**
   * @param item the host's first
   * @throws HubError `invalid_argument`
   */
  async finish(item: SyncItem): Promise<SessionSecrets> {
    const { kemEncapsulation } = readEstablish(item, "host's first message");
    let sharedSecret: Uint8Array;
    try {
      sharedSecret = await decapsulateWith(this.#secret, kemEncapsulation);
    } catch (cause) {
      throw badExchange("carries an encapsulation that is none", cause);
    }
    return deriveSecrets(sharedSecret, this.#publicKey, kemEncapsulation);
  }
}

function establishItem(fields: { readonly kemPublicKey: Uint8Array } | { readonly kemEncapsulation: Uint8Array }) {
  const message = create(EstablishSchema, { protocolVersion: KEY_EXCHANGE_VERSION, ...fields });
  const value = toBinary(EstablishSchema, message);
  return create(SyncItemSchema, { action: { case: "establishSharedSecret", value } });
}

function readEstablish(item: SyncItem, which: string): Establish {
  if (item.action.case !== "establishSharedSecret") {
    throw new HubError(
      "invalid_argument",
      `the ${which} is ${nameOf(item)}, not the beginning of a key exchange; is this address meant for Backrest's sync?`,
    );
  }
  let message: Establish;
  try {
    message = fromBinary(EstablishSchema, item.action.value, { readUnknownFields: false });
  } catch (cause) {
    throw badExchange("does not decode", cause);
  }
  if (message.protocolVersion === KEY_EXCHANGE_VERSION) return message;
  throw badExchange(
    `states version ${message.protocolVersion} where Backrest v1.13 and v1.14 state ${KEY_EXCHANGE_VERSION}; the two programs do not speak the same protocol: install released versions of both`,
  );
}

function badExchange(what: string, cause?: unknown): HubError {
  return new HubError("invalid_argument", `the key exchange ${what}`, { cause });
}
