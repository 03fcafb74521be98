import { memo } from "react";
import { Link } from "wouter";
import { machinePath } from "../../frame/pages.js";
import { useLivePart } from "../../live/live.js";
import { useKnownNow } from "../../live/now.js";
import { Mark } from "../../parts/mark.js";
import { Words } from "../../parts/words.js";
import { exact } from "../../words/times.js";
import { verdictWords } from "../../words/verdicts.js";
import { attentionWords, buttonOf, entryOf, gapOf } from "./attention.js";
import { MachineMenu } from "./machine-menu.js";
import { NextButton } from "./next-button.js";

/** A machine that needs attention: who, why, what to do, and for how long. */
export const AttentionMachine = memo(function AttentionMachine({ instanceId }: { readonly instanceId: string }) {
  const machine = useLivePart((state) => state.machines.get(instanceId));
  const nowMs = useKnownNow();
  if (machine === undefined) return null;
  const entry = entryOf(machine);
  const { mark, word } = verdictWords(entry.verdict);
  const { why, what } = attentionWords(entry, nowMs);
  const gap = gapOf(entry, nowMs);
  const plans = entry.plans.map(({ planId }) => planId);
  const refused = machine.refused !== undefined && !machine.connected;
  return (
    <li className={`att v-${mark}`} data-machine={instanceId}>
      <Mark name={mark} size={18} />
      <div>
        <div className="who">
          <Link href={machinePath(instanceId)}>{instanceId}</Link>
          {plans.length > 0 && (
            <span className="plan">
              {plans.slice(0, 3).join(", ")}
              {plans.length > 3 && ` and ${plans.length - 3} more`}
            </span>
          )}
          <span className={`v v-${mark} small`}>{word}</span>
          {refused && <span className="v v-refused small">Refused</span>}
        </div>
        <p>
          <Words text={why} />
        </p>
        {what !== "" && (
          <p className="next">
            <Words text={what} />
          </p>
        )}
      </div>
      <div className="side">
        <div className="gap" title={entry.sinceMs === undefined ? undefined : exact(entry.sinceMs)}>
          <b>{gap.age}</b>
          <span>{gap.words}</span>
        </div>
        <div className="do">
          <NextButton machine={machine} button={buttonOf(entry, nowMs)} />
          <MachineMenu machine={machine} />
        </div>
      </div>
    </li>
  );
});
