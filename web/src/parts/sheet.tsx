import { useState } from "react";
import type { SheetProps } from "./sheet-dialog.js";
import { late } from "./late.js";

const SheetDialog = late(() => import("./sheet-dialog.js").then((m) => m.SheetDialog));

/** A dialog over the page: a form, or the detail of something on a phone. Loaded when it first opens. */
export function Sheet(props: SheetProps) {
  const [opened, setOpened] = useState(false);
  if (props.open && !opened) setOpened(true);
  if (!opened) return null;
  return <SheetDialog {...props} />;
}
