import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Link } from "wouter";
import type { PairingToken } from "../../../../gen/hub/v1/pairing_pb.js";
import { machinePath } from "../../frame/pages.js";
import { useNow } from "../../live/now.js";
import { Mark } from "../../parts/mark.js";
import { Said } from "../../parts/said.js";
import type { Labels } from "../../words/labels.js";
import { replaceToken } from "../../words/pieces.js";
import { ArrivedStep } from "./arrived.js";
import { Step } from "./step.js";
import { useArrival } from "./use-arrival.js";
import { isOver } from "./validity.js";
import { Waiting } from "./waiting.js";
import type { Grants } from "./wishes.js";

interface ArriveStepProps {
  /** Absent until the list of tokens is there. */
  readonly token: PairingToken | undefined;
  readonly grants: Grants;
  readonly address: string;
  readonly labels: Labels;
  readonly onAgain: () => void;
  readonly onAnother: () => void;
}

/** Waits for the machine, and shows what came. */
export function ArriveStep(props: ArriveStepProps) {
  const { token, grants, address, labels, onAgain, onAnother } = props;
  const nowMs = useNow();
  const [newest, ...others] = token?.usedBy ?? [];
  if (token !== undefined && newest !== undefined) {
    return <Came token={token} instanceId={newest} others={others} grants={grants} onAnother={onAnother} />;
  }
  const over = token !== undefined && isOver(token, nowMs);
  return (
    <Step n={3} state="now" title={over ? "Nobody came in time" : "Waiting for the machine"}>
      {over && (
        <div className="note v-late" role="status">
          <Mark name="warning" />
          <div>
            <b>The token is over and no machine has used it.</b> Make another with the same choices. If this one was
            saved on the machine: <Said pieces={replaceToken(labels)} />
          </div>
          <button type="button" className="btn btn-primary" onClick={onAgain}>
            Make another token
          </button>
        </div>
      )}
      <Waiting
        sinceMs={token?.createdAt === undefined ? undefined : timestampMs(token.createdAt)}
        address={address}
        labels={labels}
        forInstance={token?.forInstance}
      />
    </Step>
  );
}

interface CameProps {
  readonly token: PairingToken;
  readonly instanceId: string;
  readonly others: readonly string[];
  readonly grants: Grants;
  readonly onAnother: () => void;
}

function Came({ token, instanceId, others, grants, onAnother }: CameProps) {
  const sinceMs = token.createdAt === undefined ? undefined : timestampMs(token.createdAt);
  const arrival = useArrival({ instanceId, grants, sinceMs, byToken: true });
  const left = token.maxUses === 0 ? "any number of" : token.maxUses - token.uses;
  return (
    <ArrivedStep arrival={arrival} onAnother={onAnother}>
      {(others.length > 0 || token.maxUses !== 1) && (
        <p className="muted">
          {left !== 0 && `The token lets ${left} more in. `}
          {others.length > 0 && "Came with it before: "}
          {others.map((name, n) => (
            <span key={name}>
              {n > 0 && ", "}
              <Link href={machinePath(name)}>
                <bdi>{name}</bdi>
              </Link>
            </span>
          ))}
        </p>
      )}
    </ArrivedStep>
  );
}
