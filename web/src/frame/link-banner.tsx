import { useEffect, useState } from "react";
import { retryNow, useLink } from "../live/live.js";
import { Mark } from "../parts/mark.js";
import { clock, span } from "../words/times.js";

/** A gap that is shorter shows nothing. */
const SHOWN_AFTER_MS = 3_000;

/** Says that the connection to the hub is lost, since when, and when the next try is. */
export function LinkBanner() {
  const link = useLink();
  const [nowMs, setNowMs] = useState(() => Date.now());
  const lost = link.state === "lost";
  useEffect(() => {
    if (!lost) return undefined;
    const timer = setInterval(() => setNowMs(Date.now()), 500);
    return () => clearInterval(timer);
  }, [lost]);
  if (!lost || nowMs - link.sinceMs < SHOWN_AFTER_MS) return null;
  const waitMs = link.nextTryMs - nowMs;
  return (
    <div className="banner" role="status">
      <Mark name="warning" size={18} />
      <div>
        <b>No connection to the hub since {clock(link.sinceMs)}.</b> What you see is from then.{" "}
        <span aria-live="off">{waitMs > 1_000 ? `Next try in ${span(waitMs)}.` : "Trying …"}</span>
      </div>
      <button type="button" className="btn" onClick={retryNow}>
        Try now
      </button>
    </div>
  );
}
