import { useState } from "react";
import { errorLine, placesOf } from "../words/broken.js";
import { exact } from "../words/times.js";
import { CopyButton } from "./copy-button.js";
import { Mark } from "./mark.js";

interface BrokenProps {
  /** As "The plans". */
  readonly what: string;
  readonly error: unknown;
  /** React's stack of components; known a moment after the error. */
  readonly where: () => string;
  readonly retry: () => void;
}

/** Stands for a part of the page that failed: a fault of the page, or of a value that it does not expect. */
export function Broken({ what, error, where, retry }: BrokenProps) {
  const at = useState(() => Date.now())[0];
  const line = errorLine(error);
  return (
    <div className="body">
      <div className="note v-failing" role="alert">
        <Mark name="failing" />
        <div className="stack-2">
          <b>{what} cannot be shown</b>
          <span>
            This page failed on a value that it does not expect. Everything else works, and nothing was changed.
          </span>
          <span className="small muted">
            <code>{line}</code> · {exact(at)}
          </span>
        </div>
        <div className="actions">
          <button type="button" className="btn" onClick={retry}>
            Try again
          </button>
          <CopyButton
            text={`${what} cannot be shown: ${line} (${placesOf(where())}, ${exact(at)})`}
            label="Copy for a report"
          />
        </div>
      </div>
    </div>
  );
}
