import type { Knock } from "../../../../gen/hub/v1/peers_pb.js";
import { KnockEntry } from "../../knocks/knock-entry.js";
import { sayKnock } from "../../words/knocks.js";
import { usePeers } from "../../knocks/use-peers.js";
import type { Labels } from "../../words/labels.js";
import { ArrivedStep } from "./arrived.js";
import { Step } from "./step.js";
import { useArrival } from "./use-arrival.js";
import { Waiting } from "./waiting.js";
import type { Grants } from "./wishes.js";

interface KnockStepProps {
  /** Who was let in here; absent before. */
  readonly instanceId: string | undefined;
  readonly grants: Grants;
  readonly sinceMs: number;
  readonly address: string;
  readonly labels: Labels;
  readonly onApproved: (instanceId: string) => void;
  readonly onAnother: () => void;
}

/** Waits for a knock, lets a machine in by its key, and shows what came. */
export function KnockStep(props: KnockStepProps) {
  const { instanceId, grants, sinceMs, address, labels, onApproved, onAnother } = props;
  const { data } = usePeers();
  if (instanceId !== undefined) return <LetIn instanceId={instanceId} grants={grants} onAnother={onAnother} />;
  const peers = data?.peers ?? [];
  // The newest below the others: none moves under the pointer.
  const knocks = (data?.knocks ?? []).filter((knock) => sayKnock(knock, peers).approvable).toSorted(byFirst);
  const title =
    knocks.length === 0
      ? "Waiting for a knock"
      : knocks.length === 1
        ? "One machine knocks"
        : `${knocks.length} machines knock`;
  return (
    <Step n={3} state="now" title={title}>
      {knocks.length > 0 && (
        <ul className="knocks" aria-live="polite">
          {knocks.map((knock) => (
            <KnockEntry key={knock.keyid} knock={knock} peers={peers} onApproved={onApproved} primary />
          ))}
        </ul>
      )}
      {knocks.length === 0 && <Waiting sinceMs={sinceMs} address={address} labels={labels} knock />}
    </Step>
  );
}

function byFirst(a: Knock, b: Knock): number {
  return Number((a.firstSeen?.seconds ?? 0n) - (b.firstSeen?.seconds ?? 0n));
}

interface LetInProps {
  readonly instanceId: string;
  readonly grants: Grants;
  readonly onAnother: () => void;
}

function LetIn({ instanceId, grants, onAnother }: LetInProps) {
  const arrival = useArrival({ instanceId, grants, byToken: false });
  const came = arrival.connection !== undefined || arrival.machine?.lastSeen !== undefined;
  return <ArrivedStep arrival={arrival} came={came} onAnother={onAnother} />;
}
