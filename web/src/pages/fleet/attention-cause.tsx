import { useId, useState } from "react";
import { useKnownNow } from "../../live/now.js";
import { Mark } from "../../parts/mark.js";
import { Words } from "../../parts/words.js";
import { many } from "../../words/sizes.js";
import { span } from "../../words/times.js";
import { verdictWords } from "../../words/verdicts.js";
import { AttentionMachine } from "./attention-machine.js";
import type { Cause } from "./causes.js";

const MOST = 20;

interface AttentionCauseProps {
  readonly cause: Cause;
  readonly open: boolean;
  readonly onToggle: (open: boolean) => void;
}

/** Machines that need attention for the same reason, in one entry that opens. */
export function AttentionCause({ cause, open, onToggle }: AttentionCauseProps) {
  const nowMs = useKnownNow();
  const id = useId();
  const [most, setMost] = useState(MOST);
  const { verdict, entries, sinceMs, why, what } = cause;
  const { mark, word } = verdictWords(verdict);
  const machines = many(entries.length, "machine");
  return (
    <>
      <li className={`att v-${mark}`}>
        <Mark name={mark} size={18} />
        <div>
          <div className="who">
            <b>{machines}</b>
            <span className={`v v-${mark} small`}>{word}</span>
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
          <div className="gap">
            <b>{sinceMs === undefined ? "?" : span(nowMs - sinceMs)}</b>
            <span>{sinceMs === undefined ? "nothing is known" : "at most"}</span>
          </div>
          <div className="do">
            <button
              type="button"
              className="btn"
              aria-expanded={open}
              aria-controls={open ? id : undefined}
              onClick={() => onToggle(!open)}
            >
              {open ? "Hide them" : "Show them"}
              <span className="sr">{`: ${machines}, ${word}`}</span>
            </button>
          </div>
        </div>
      </li>
      {open && (
        <li className="att-in">
          <ul id={id}>
            {entries.slice(0, most).map(({ machine }) => (
              <AttentionMachine key={machine.instanceId} instanceId={machine.instanceId} />
            ))}
          </ul>
          {entries.length > most && (
            <p className="att-more">
              <button type="button" className="btn" onClick={() => setMost(most + MOST)}>
                Show {Math.min(MOST, entries.length - most)} more of {entries.length}
              </button>
            </p>
          )}
        </li>
      )}
    </>
  );
}
