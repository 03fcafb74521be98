import { useMemo, useState } from "react";
import { harmless } from "../../words/harmless.js";
import { size } from "../../words/sizes.js";

interface LongTextProps {
  readonly text: string;
  /** As "output". */
  readonly name: string;
}

const SHOWN = 4_000;
/** More than this in one piece makes a browser slow; who wants it all copies it. */
const MOST = 200_000;

/** A text of a machine's: nothing in it steers the page, and of a long one the beginning is shown at first. */
export function LongText({ text, name }: LongTextProps) {
  const [all, setAll] = useState(false);
  const most = all ? MOST : SHOWN;
  const shown = useMemo(() => harmless(text.slice(0, most)), [text, most]);
  return (
    <>
      {/* What scrolls is scrolled with the keyboard, too. */}
      <pre className="small op-text" tabIndex={0}>
        {shown}
        {text.length > most && " …"}
      </pre>
      {text.length > SHOWN && !all && (
        <button type="button" className="btn btn-quiet" onClick={() => setAll(true)}>
          {text.length > MOST ? `Show more of the ${name} (${size(text.length)})` : `Show the whole ${name}`}
        </button>
      )}
      {all && text.length > MOST && (
        <p className="hint">
          That is the first {size(MOST)} of {size(text.length)}; “Copy” takes all of it.
        </p>
      )}
    </>
  );
}
