import type { SyncStreamItem_SyncActionSetConfig as SetConfig } from "../../gen/v1sync/syncservice_pb.js";
import type { PushState } from "../store/pushes.js";
import { difference, isEmptyChange } from "./push-change.js";
import { type ShownConfig, showsNothing } from "./shown-config.js";

/** How a push that went out stands. */
export interface Delivery {
  /** The number that the peer's configuration had then. */
  readonly modno: number;
  /** How often it went out. */
  readonly attempts: number;
  /**
   * `same`: the session in which it went out goes on. `dropped`: the peer ended that session itself, as a Backrest does
   * with what it refuses. `lost`: the session ended otherwise, perhaps before the push had come.
   */
  readonly session: "same" | "dropped" | "lost";
}

/** How a push ended, in words for a person. */
export interface PushEnd {
  readonly state: Exclude<PushState, "pending">;
  readonly words: string;
}

export type PushVerdict = PushEnd | "wait" | "send-again";

/** A push that is lost this often is given up: something on the way does not let it through. */
export const MAX_ATTEMPTS = 3;

const APPLIED: PushEnd = { state: "applied", words: "the machine's configuration shows it" };
const TAKEN: PushEnd = {
  state: "applied",
  words: "the machine changed its configuration at this, and shows nothing that speaks against it",
};
const REFUSED: PushEnd = {
  state: "refused",
  words:
    "the machine ended its session over it and came back unchanged; why stands in its own list of known hosts, mostly that the hub is not granted this",
};

/**
 * What the peer's newest configuration says of a push. A Backrest answers a push with nothing but a new session: it
 * counts its `modno` up when it took the push, and comes back with the old one when it did not.
 */
export function judgeConfig(change: SetConfig, delivery: Delivery, shown: ShownConfig): PushVerdict {
  const left = difference(change, shown);
  if (isEmptyChange(left)) return APPLIED;
  if (delivery.session === "same") return "wait";
  if (shown.modno !== delivery.modno) {
    if (agrees(left, shown)) return TAKEN;
    return {
      state: "sent",
      words:
        "the machine's configuration changed after it went out, but does not show this to the hub: it cannot confirm",
    };
  }
  if (delivery.session === "dropped") return REFUSED;
  if (delivery.attempts < MAX_ATTEMPTS) return "send-again";
  return {
    state: "refused",
    words: `the machine's configuration is as it was after ${delivery.attempts} tries, whose sessions all broke off`,
  };
}

/** What to make of a peer that goes on in the same session, and so has changed nothing. */
export function judgeAnswered(shown: ShownConfig | undefined): PushEnd {
  if (shown === undefined || showsNothing(shown)) {
    return {
      state: "sent",
      words:
        "the machine took it without a change, or has it already; it does not show its configuration to the hub: it cannot confirm",
    };
  }
  return {
    state: "refused",
    words:
      "the machine left its configuration as it is: a repo with the same id or the same address may be there already, or it keeps this from the hub",
  };
}

/** Whether all that still differs is there under its name, and nothing is shown that was to go. */
function agrees(left: SetConfig, shown: ShownConfig): boolean {
  const isLeft = !showsNothing(shown) && left.reposToDelete.length + left.plansToDelete.length > 0;
  if (isLeft) return false;
  return left.repos.every(({ guid }) => shown.repos.has(guid)) && left.plans.every(({ id }) => shown.plans.has(id));
}
