import type { InstanceHealth, PlanHealth } from "../../../../gen/hub/v1/fleet_pb.js";
import type { Knock, Peer } from "../../../../gen/hub/v1/peers_pb.js";
import { KnockReason, PeerGeneration } from "../../../../gen/hub/v1/peers_pb.js";
import { VERDICTS, type VerdictWords } from "../../words/verdicts.js";

/** How many plans have which verdict, the worst first; only those that there are. */
export function verdictCounts(
  plans: readonly PlanHealth[],
): { readonly words: VerdictWords; readonly count: number }[] {
  return VERDICTS.map((words) => ({
    words,
    count: plans.filter(({ verdict }) => verdict === words.verdict).length,
  })).filter(({ count }) => count > 0);
}

/** Whether the first history of a machine is still on its way, so that nothing can be said of what does not come. */
export function isArriving({ catchUp, connected, plans }: InstanceHealth): boolean {
  return connected && (catchUp?.first === true || (plans.length === 0 && catchUp !== undefined));
}

/** A key that asks to take the name of this machine; the newest one. */
export function keyRequest(knocks: readonly Knock[], instanceId: string): Knock | undefined {
  return knocks.find((knock) => knock.reason === KnockReason.INSTANCE_TAKEN && knock.instanceId === instanceId);
}

/** Which versions of Backrest a key is of. */
export function generationWords(generation: PeerGeneration): string {
  switch (generation) {
    case PeerGeneration.SEED:
      return "v1.11 or v1.12";
    case PeerGeneration.CURRENT:
      return "v1.13 or later";
    default:
      return "of an unknown version";
  }
}

/** Of the key that it uses now. */
export function generationOf(peer: Peer | undefined): PeerGeneration {
  return peer?.keys.find(({ current }) => current)?.generation ?? PeerGeneration.UNSPECIFIED;
}
