import { Fragment, type ReactNode } from "react";
import { Said } from "../../parts/said.js";
import type { ScreenStep } from "./screen-steps.js";

interface StepsListProps {
  readonly steps: readonly ScreenStep[];
  /** What is to be copied, at full width beneath its step. */
  readonly copies: Readonly<Record<NonNullable<ScreenStep["copy"]>, ReactNode>>;
}

/** What is to be done on the machine, numbered. */
export function StepsList({ steps, copies }: StepsListProps) {
  return (
    <ol className="do-list">
      {steps.map(({ said, copy }, n) => (
        // Steps have no other name than their number.
        <Fragment key={n}>
          <li>
            <div className="stack-2">
              <div>
                <Said pieces={said} />
              </div>
              {copy !== undefined && copies[copy]}
            </div>
          </li>
        </Fragment>
      ))}
    </ol>
  );
}
