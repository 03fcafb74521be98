import { Link } from "wouter";
import { useNow } from "../../live/now.js";
import { Mark } from "../../parts/mark.js";
import type { Labels } from "../../words/labels.js";
import { span } from "../../words/times.js";
import { isSilent } from "./silence.js";
import { Silence } from "./silence-note.js";
import { Tries, useTries } from "./tries-notes.js";

interface WaitingProps {
  readonly sinceMs: number | undefined;
  readonly address: string;
  readonly labels: Labels;
  readonly forInstance?: string | undefined;
  /** It comes without a token, and a person lets it in. */
  readonly knock?: boolean;
}

const LATER = ["Checks of what it sends", "First history"];

/** Nobody has come yet: what is waited for, and who tried and was refused. */
export function Waiting({ sinceMs, address, labels, forInstance, knock = false }: WaitingProps) {
  const nowMs = useNow();
  const tries = useTries(sinceMs, forInstance);
  const silent = sinceMs !== undefined && tries.length === 0 && isSilent(sinceMs, nowMs);
  return (
    <>
      <ul className="wait">
        <li>
          <span className="v-running">
            <Mark name="running" size={18} />
          </span>
          <div>
            <b>
              Waiting for{" "}
              {forInstance === undefined ? knock ? "a knock" : "a first connection" : <bdi>{forInstance}</bdi>}
            </b>
            <div className="small muted">
              Backrest tries at once after saving, then again after 60 s and 180 s. A restart of Backrest tries at once.
            </div>
          </div>
          <span className="dim small nowrap">{sinceMs !== undefined && span(nowMs - sinceMs)}</span>
        </li>
        {[knock ? "You let it in" : "Token accepted", ...LATER].map((words) => (
          <li className="todo" key={words}>
            <svg width="1.125rem" height="1.125rem" className="dim" aria-hidden="true">
              <use href="#p-off" />
            </svg>
            <div>{words}</div>
          </li>
        ))}
      </ul>
      <Tries tries={tries} address={address} />
      <p className="hint">
        You may leave this page and come back: its address leads here again. The machine appears on the{" "}
        <Link href="/">fleet</Link> by itself.
      </p>
      {/* Below all else: nothing moves when it comes. */}
      <div role="status">{silent && <Silence labels={labels} address={address} />}</div>
    </>
  );
}
