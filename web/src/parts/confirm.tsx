import { lazy, Suspense, useState } from "react";
import type { ConfirmProps } from "./confirm-dialog.js";

const ConfirmDialog = lazy(() => import("./confirm-dialog.js").then((m) => ({ default: m.ConfirmDialog })));

/** Asks before something that cannot be taken back, or that others will notice. Loaded when it is first asked. */
export function Confirm(props: ConfirmProps) {
  const [asked, setAsked] = useState(false);
  if (props.open && !asked) setAsked(true);
  if (!asked) return null;
  return (
    <Suspense>
      <ConfirmDialog {...props} />
    </Suspense>
  );
}
