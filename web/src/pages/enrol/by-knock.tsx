import { useQuery } from "@connectrpc/connect-query";
import { useState } from "react";
import { HubService } from "../../../../gen/hub/v1/hub_pb.js";
import { useNow } from "../../live/now.js";
import type { Labels } from "../../words/labels.js";
import { HubStep } from "./hub-step.js";
import { KnockStep } from "./knock-step.js";
import { Step } from "./step.js";
import { type Grants, grantsWords } from "./wishes.js";

interface ByKnockProps {
  readonly instanceId: string | undefined;
  readonly grants: Grants;
  readonly labels: Labels;
  readonly address: string;
  readonly onAddress: (address: string) => void;
  readonly onVersion: (version: string) => void;
  readonly onAnother: () => void;
  readonly onApproved: (instanceId: string) => void;
}

/** An enrolment without a token: the machine knocks, and a person lets it in by its key. */
export function ByKnock(props: ByKnockProps) {
  const { instanceId, grants, labels, address, onAddress, onVersion, onAnother, onApproved } = props;
  const { data: identity } = useQuery(HubService.method.getIdentity, {});
  const nowMs = useNow();
  const [sinceMs] = useState(nowMs);
  return (
    <>
      <Step
        n={1}
        state="done"
        title="What may this machine do?"
        note={grantsWords(grants)}
        end={
          <button type="button" className="btn btn-quiet" onClick={onAnother}>
            Begin anew
          </button>
        }
      />
      <HubStep
        identity={identity}
        grants={grants}
        labels={labels}
        onVersion={onVersion}
        address={address}
        onAddress={onAddress}
        done={instanceId !== undefined}
      />
      <KnockStep
        instanceId={instanceId}
        grants={grants}
        sinceMs={sinceMs}
        address={address}
        labels={labels}
        onApproved={onApproved}
        onAnother={onAnother}
      />
    </>
  );
}
