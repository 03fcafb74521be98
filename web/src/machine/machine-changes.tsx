import { useEffect, useState } from "react";
import { ask, useAsked } from "./asked.js";
import { late } from "../parts/late.js";

const Dialogs = late(() => import("./dialogs.js").then((m) => m.Dialogs));

/** Where what was asked for with `ask` is confirmed; once on a page. Loaded when somebody first asks. */
export function MachineChanges() {
  const asked = useAsked();
  const [ever, setEver] = useState(false);
  if (asked !== undefined && !ever) setEver(true);
  useEffect(() => () => ask(undefined), []);
  if (!ever) return null;
  return <Dialogs asked={asked} />;
}
