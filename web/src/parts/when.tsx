import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useIsLive } from "../live/live.js";
import { useNow } from "../live/now.js";
import { ago, exact, isoTime, moment } from "../words/times.js";

interface WhenProps {
  readonly at: Timestamp | number | bigint;
  /** What is said in place of how long ago it was; the exact time is shown on hover and on focus. */
  readonly words?: string;
  /** False within what is one tab stop, such as a table: there the moment is shown with the row that has the focus. */
  readonly focusable?: boolean;
}

/**
 * How long ago something was, with the exact moment on hover and on focus. While the connection is lost it says the
 * moment itself: an age would go on counting from what nobody knows.
 */
export function When({ at, words, focusable = true }: WhenProps) {
  const nowMs = useNow();
  const live = useIsLive();
  const atMs = typeof at === "number" ? at : typeof at === "bigint" ? Number(at) : timestampMs(at);
  const said = words ?? (live ? ago(atMs, nowMs) : moment(atMs, nowMs));
  return (
    // The exact moment is shown on focus, too.
    <time className="tip" dateTime={isoTime(atMs)} data-tip={exact(atMs)} tabIndex={focusable ? 0 : undefined}>
      {said}
    </time>
  );
}
