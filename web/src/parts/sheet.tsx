import { lazy, Suspense, useState } from "react";
import type { SheetProps } from "./sheet-dialog.js";

const SheetDialog = lazy(() => import("./sheet-dialog.js").then((m) => ({ default: m.SheetDialog })));

/** A dialog over the page: a form, or the detail of something on a phone. Loaded when it first opens. */
export function Sheet(props: SheetProps) {
  const [opened, setOpened] = useState(false);
  if (props.open && !opened) setOpened(true);
  if (!opened) return null;
  return (
    <Suspense>
      <SheetDialog {...props} />
    </Suspense>
  );
}
