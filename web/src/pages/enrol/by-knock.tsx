import { useQuery } from "@connectrpc/connect-query";
import { useState } from "react";
import { HubService } from "../../../../gen/hub/v1/hub_pb.js";
import { useNow } from "../../live/now.js";
import { HubStep } from "./hub-step.js";
import { KnockStep } from "./knock-step.js";
import { AllowedStep, type WayProps } from "./way.js";
import { grantsWords } from "./wishes.js";

interface ByKnockProps extends WayProps {
  readonly instanceId: string | undefined;
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
      <AllowedStep note={grantsWords(grants)} onAnother={onAnother} />
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
