import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { When } from "../../parts/when.js";

interface MadeByProps {
  readonly at: Timestamp | undefined;
  /** Empty where the hub does not know. */
  readonly by: string;
}

/** When something was made, and by whom. */
export function MadeBy({ at, by }: MadeByProps) {
  return (
    <>
      {at !== undefined && <When at={at} />}
      {by !== "" && <span className="dim"> by {by}</span>}
    </>
  );
}
