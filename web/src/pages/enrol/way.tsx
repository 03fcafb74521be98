import type { Labels } from "../../words/labels.js";
import { Step } from "./step.js";
import type { Grants } from "./wishes.js";

/** What both ways of enrolling go by: with a token, and by a knock. */
export interface WayProps {
  readonly grants: Grants;
  readonly labels: Labels;
  readonly address: string;
  readonly onAddress: (address: string) => void;
  readonly onVersion: (version: string) => void;
  readonly onAnother: () => void;
}

interface AllowedStepProps extends Pick<WayProps, "onAnother"> {
  /** What was chosen. */
  readonly note: string;
  readonly another?: string;
}

/** The first step when it is done, from which another enrolment is begun. */
export function AllowedStep({ note, another = "Begin anew", onAnother }: AllowedStepProps) {
  return (
    <Step
      n={1}
      state="done"
      title="What may this machine do?"
      note={note}
      end={
        <button type="button" className="btn btn-quiet" onClick={onAnother}>
          {another}
        </button>
      }
    />
  );
}
