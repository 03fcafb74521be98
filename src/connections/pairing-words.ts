import { HubError } from "../errors.js";
import type { RefusalCause } from "../refusal.js";
import type { PairingRefusal, PairingTokenRecord } from "../store/pairing.js";

/** Why a machine did not pair, in words for its operator, who reads them in Backrest. Never holds the secret. */
export function pairingRefusal(
  reason: PairingRefusal | "too-many-tries",
  instanceId: string,
  token: PairingTokenRecord | undefined,
): HubError {
  const code = reason === "too-many-tries" ? "resource_exhausted" : "permission_denied";
  return new HubError(code, WORDS[reason](instanceId, nameOf(token), token), { refusal: CAUSES[reason] });
}

/** As the record of refused connections has them. */
const CAUSES: Record<PairingRefusal | "too-many-tries", RefusalCause> = {
  unknown: "token-unknown",
  expired: "token-expired",
  "used-up": "token-used-up",
  "other-instance": "token-other-instance",
  "instance-taken": "instance-taken",
  "key-known": "token-key-known",
  "too-many-tries": "token-guesses",
};

/**
 * Read in a tip of 300 pixels on the machine, whose screen cannot replace a token: the hub's card has to go first. The
 * labels are Backrest's own.
 */
const ANOTHER =
  "get another (`backrest-hub tokens create`), remove this hub here (minus), Add Known Host with the new one, Save changes";

const WORDS: Record<
  PairingRefusal | "too-many-tries",
  (instanceId: string, name: string, token: PairingTokenRecord | undefined) => string
> = {
  unknown: () => `the hub has no pairing token with this secret (copied in part, or revoked): ${ANOTHER}`,
  expired: (_, name) => `${name} has expired: ${ANOTHER}`,
  "used-up": (_, name, token) => `${name} has had all of its uses (${token?.maxUses ?? 1}): ${ANOTHER}`,
  "other-instance": (instanceId, name, token) =>
    `${name} was made for the instance "${token?.forInstance}", and this one is "${instanceId}": ${ANOTHER}`,
  "instance-taken": (instanceId) =>
    `another machine is known to the hub as "${instanceId}": if it is this one, installed anew, get a token for it (\`backrest-hub tokens create --for ${shellWord(instanceId)}\`); if not, give this Backrest another \`instance\` in its config.json`,
  "key-known": () =>
    "the hub knows this machine's key already, as that of another instance or as one that was replaced; a machine that was copied needs an identity of its own",
  "too-many-tries": () => "too many tries to pair from this address; wait a minute",
};

function nameOf(token: PairingTokenRecord | undefined): string {
  return token === undefined || token.label === "" ? "the pairing token" : `the pairing token "${token.label}"`;
}

function shellWord(text: string): string {
  return /^[\w.@%+=:,/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
