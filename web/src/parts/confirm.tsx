import { useState } from "react";
import type { ConfirmProps } from "./confirm-dialog.js";
import { late } from "./late.js";

const ConfirmDialog = late(() => import("./confirm-dialog.js").then((m) => m.ConfirmDialog));

/** Asks before something that cannot be taken back, or that others will notice. Loaded when it is first asked. */
export function Confirm(props: ConfirmProps) {
  const [asked, setAsked] = useState(false);
  if (props.open && !asked) setAsked(true);
  if (!asked) return null;
  return <ConfirmDialog {...props} />;
}
