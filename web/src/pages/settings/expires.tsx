import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { useNow } from "../../live/now.js";
import { Mark } from "../../parts/mark.js";
import { When } from "../../parts/when.js";
import { expiry } from "./expiry.js";

interface ExpiresProps {
  readonly at: Timestamp | undefined;
  /** What is made for minutes always expires soon. */
  readonly isShort?: boolean;
}

/** Until when something is good; marked where that is soon. */
export function Expires({ at, isShort = false }: ExpiresProps) {
  const { words, state } = expiry(at, useNow());
  if (at === undefined) return <span className="dim">{words}</span>;
  if (state !== "soon" || isShort) {
    return (
      <span className={state === "over" ? "dim" : undefined}>
        <When at={at} words={words} />
      </span>
    );
  }
  return (
    <span className="v v-late">
      <Mark name="late" size={14} />
      <When at={at} words={words} />
    </span>
  );
}
