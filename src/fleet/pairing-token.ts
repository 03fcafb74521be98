import { HubError } from "../errors.js";

/** What a pairing token tells a machine of the host that it is to pair with. */
export interface PairingToken {
  /** The host's key. */
  readonly keyid: string;
  readonly secret: string;
  /** The host's instance id. */
  readonly instanceId: string;
}

/** `<keyid>:<secret>#<instance id>`, as Backrest takes it. */
export function formatPairingToken({ keyid, secret, instanceId }: PairingToken): string {
  return `${keyid}:${secret}#${instanceId}`;
}

/**
 * Reads a token as Backrest's programs do: the key id ends at the first `:`, the instance id begins behind the last `#`.
 * @throws HubError `invalid_argument` that says what is missing
 */
export function parsePairingToken(text: string): PairingToken {
  const hash = text.lastIndexOf("#");
  if (hash < 0) throw invalid("missing '#' separator");
  const colon = text.slice(0, hash).indexOf(":");
  if (colon < 0) throw invalid("missing ':' separator");
  const token = { keyid: text.slice(0, colon), secret: text.slice(colon + 1, hash), instanceId: text.slice(hash + 1) };
  if (token.keyid === "") throw invalid("empty key ID");
  if (token.secret === "") throw invalid("empty secret");
  if (token.instanceId === "") throw invalid("empty instance ID");
  return token;
}

/**
 * Refuses an instance id with which tokens would not be read alike by everybody: Backrest's web page parts a token at
 * its first `#`, its programs at the last.
 * @throws HubError `failed_precondition`
 */
export function assertFitsToken(instanceId: string): void {
  if (!instanceId.includes("#")) return;
  throw new HubError(
    "failed_precondition",
    `the hub's instance id ${JSON.stringify(instanceId)} has a "#", at which Backrest parts pairing tokens; machines can only be added by their key ids`,
  );
}

function invalid(what: string): HubError {
  return new HubError(
    "invalid_argument",
    `invalid pairing token: ${what}; it reads <key id>:<secret>#<instance id>, and must be copied whole`,
  );
}
