import type { Ref } from "react";
import type { CreatePairingTokenResponse, PairingToken } from "../../../../gen/hub/v1/pairing_pb.js";
import { useNow } from "../../live/now.js";
import { Mark } from "../../parts/mark.js";
import type { Labels } from "../../words/labels.js";
import { AddressField } from "./address-field.js";
import { Automation } from "./automation.js";
import { CopyBox } from "./copy-box.js";
import { tokenSteps } from "./screen-steps.js";
import { Step } from "./step.js";
import { StepsList } from "./steps-list.js";
import { isOver, Validity } from "./validity.js";
import { VersionSelect } from "./version-select.js";
import type { Grants } from "./wishes.js";

interface TokenStepProps {
  readonly token: PairingToken | undefined;
  /** With its secret, where this page made it. */
  readonly made: CreatePairingTokenResponse | undefined;
  readonly grants: Grants;
  readonly labels: Labels;
  readonly onVersion: (version: string) => void;
  readonly address: string;
  readonly onAddress: (address: string) => void;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly done: boolean;
  readonly onAgain: () => void;
  readonly ref: Ref<HTMLElement>;
}

/** The token, shown this once, and what is to be done with it on Backrest's own screens. */
export function TokenStep(props: TokenStepProps) {
  const { token, made, grants, labels, onVersion, address, onAddress, open, onOpen, done, onAgain, ref } = props;
  const nowMs = useNow();
  const over = token !== undefined && isOver(token, nowMs);
  const label = token?.label ? `“${token.label}”` : undefined;
  if (!open) {
    return (
      <Step
        n={2}
        state="done"
        title="Give it the token"
        note={label}
        end={
          <button type="button" className="btn btn-quiet" onClick={() => onOpen(true)}>
            Show the steps again
          </button>
        }
        ref={ref}
      />
    );
  }
  return (
    <Step
      n={2}
      state={done ? "done" : "now"}
      title="Give it the token"
      note={label}
      end={
        <>
          {token !== undefined && <Validity token={token} />}
          <VersionSelect labels={labels} onChange={onVersion} byTokenOnly />
        </>
      }
      ref={ref}
    >
      <StepsList
        steps={tokenSteps(labels, grants)}
        copies={{
          token:
            over || made === undefined ? (
              <Hidden over={over} onAgain={onAgain} />
            ) : (
              <CopyBox text={made.text} label="Copy token" primary shortcut="c" />
            ),
          address: <AddressField address={address} onChange={onAddress} labels={labels} />,
          instanceId: null,
          keyId: null,
        }}
      />
      <p className="hint">The token is shown once. It is worthless when it is used up, and after its time.</p>
      {made !== undefined && token !== undefined && !over && (
        <Automation made={made} token={token} grants={grants} address={address} />
      )}
    </Step>
  );
}

function Hidden({ over, onAgain }: { readonly over: boolean; readonly onAgain: () => void }) {
  return (
    <div className="note v-unknown">
      <Mark name="unknown" />
      {over ? (
        <div>
          <b>This token is over.</b> It is worth nothing any more.
        </div>
      ) : (
        <div>
          <b>The token was shown once, and not here.</b> If it was copied, go on: this page sees the machine arrive. If
          it was not, make another.
        </div>
      )}
      <button type="button" className="btn" onClick={onAgain}>
        Make another token
      </button>
    </div>
  );
}
