import { Mark } from "../../parts/mark.js";
import { Said } from "../../parts/said.js";
import type { Labels } from "../../words/labels.js";
import { silenceCauses } from "./silence.js";

interface SilenceProps {
  readonly labels: Labels;
  readonly address: string;
}

/** Nothing at all has come: where to look on the machine, in this order. */
export function Silence({ labels, address }: SilenceProps) {
  return (
    <div className="note v-late">
      <Mark name="warning" size={18} />
      <div className="wrap-any">
        <b>Nothing has come yet.</b> If you are done on the machine, look there, in this order:
        <ol className="causes">
          {silenceCauses(labels, address).map((cause, n) => (
            // Causes have no other name than their number.
            <li key={n}>
              <Said pieces={cause} />
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}
