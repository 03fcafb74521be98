import {
  type EcdsaIdentity,
  type Ed25519Identity,
  generateEcdsaIdentity,
  generateEd25519Identity,
  type IdentityText,
  loadEcdsaIdentity,
  loadEd25519Identity,
} from "../dialect/identity.js";
import { HubError } from "../errors.js";
import { errorText } from "../system-error.js";
import { MAX_INSTANCE_ID_LENGTH } from "./instance-id.js";

/** Who the hub is, for ever: clients pin one of the keys and the instance id. */
export interface HubIdentity {
  readonly instanceId: string;
  /** For Backrest v1.11 to v1.12. */
  readonly ecdsa: EcdsaIdentity;
  /** For Backrest v1.13 and later. */
  readonly ed25519: Ed25519Identity;
}

export function newIdentity(instanceId: string): HubIdentity {
  return Object.freeze({ instanceId, ecdsa: generateEcdsaIdentity(), ed25519: generateEd25519Identity() });
}

/** The identity as text: each key as Backrest itself writes `sync.identity`. */
export function formatIdentity({ instanceId, ecdsa, ed25519 }: HubIdentity): string {
  return `${JSON.stringify({ instanceId, ecdsa: asBackrest(ecdsa), ed25519: asBackrest(ed25519) }, undefined, 2)}\n`;
}

/** @throws HubError `failed_precondition` saying what is wrong with the text */
export function parseIdentity(text: string): HubIdentity {
  try {
    const content: unknown = JSON.parse(text);
    const instanceId = member(content, "instanceId");
    if (instanceId === "" || instanceId.length > MAX_INSTANCE_ID_LENGTH || instanceId.includes("#")) {
      throw new Error(`instanceId is empty, longer than ${MAX_INSTANCE_ID_LENGTH} characters or holds a #`);
    }
    return Object.freeze({
      instanceId,
      ecdsa: loadEcdsaIdentity(fromBackrest(content, "ecdsa")),
      ed25519: loadEd25519Identity(fromBackrest(content, "ed25519")),
    });
  } catch (cause) {
    throw new HubError("failed_precondition", errorText(cause), { cause });
  }
}

function asBackrest({ keyid, ed25519priv, ed25519pub }: IdentityText): Record<string, string> {
  return { keyId: keyid, ed25519priv, ed25519pub };
}

function fromBackrest(content: unknown, name: string): IdentityText {
  const key = content instanceof Object ? Reflect.get(content, name) : undefined;
  return {
    keyid: member(key, "keyId", name),
    ed25519priv: member(key, "ed25519priv", name),
    ed25519pub: member(key, "ed25519pub", name),
  };
}

function member(content: unknown, name: string, within?: string): string {
  const value: unknown = content instanceof Object ? Reflect.get(content, name) : undefined;
  if (typeof value === "string") return value;
  throw new Error(`${within === undefined ? "" : `${within}.`}${name} is missing`);
}
