import { type Knock, KnockReason, type Peer } from "../../../gen/hub/v1/peers_pb.js";

/** Why somebody waits, and what a decision would mean. */
export interface KnockSaid {
  /** Behind "NAME: ". */
  readonly cause: string;
  /** Whether approval is what it lacks. */
  readonly approvable: boolean;
  /** The machine whose key would be replaced. */
  readonly replaces?: Peer;
}

export function sayKnock(knock: Knock, peers: readonly Peer[]): KnockSaid {
  const namesake = peers.find(({ instanceId }) => instanceId === knock.instanceId);
  switch (knock.reason) {
    case KnockReason.UNKNOWN_KEY:
      // It may have been enrolled under this name since it knocked.
      if (namesake === undefined) return { cause: "its key is unknown here.", approvable: true };
      return { cause: TAKEN, approvable: true, replaces: namesake };
    case KnockReason.INSTANCE_TAKEN:
      if (namesake === undefined) return { cause: "its key is unknown here.", approvable: true };
      return { cause: TAKEN, approvable: true, replaces: namesake };
    case KnockReason.INSTANCE_MISMATCH:
      return { cause: "its key is enrolled under another name.", approvable: false };
    case KnockReason.CLEAR_TEXT:
      return { cause: "it speaks clear text from a network where the hub does not take that.", approvable: false };
    default:
      return { cause: "it is not let in.", approvable: false };
  }
}

const TAKEN = "it wants to replace the key of the machine that is enrolled under this name.";

/** `ed25519` keys are those of Backrest 1.13 and newer. */
export function generationWords(keyid: string): string {
  return keyid.startsWith("ecdsa.") ? "Backrest 1.11 or 1.12" : "Backrest 1.13 or newer";
}
