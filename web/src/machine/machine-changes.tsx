import { lazy, Suspense, useEffect, useState } from "react";
import { ask, useAsked } from "./asked.js";

const Dialogs = lazy(() => import("./dialogs.js").then((m) => ({ default: m.Dialogs })));

/** Where what was asked for with `ask` is confirmed; once on a page. Loaded when somebody first asks. */
export function MachineChanges() {
  const asked = useAsked();
  const [ever, setEver] = useState(false);
  if (asked !== undefined && !ever) setEver(true);
  useEffect(() => () => ask(undefined), []);
  if (!ever) return null;
  return (
    <Suspense>
      <Dialogs asked={asked} />
    </Suspense>
  );
}
