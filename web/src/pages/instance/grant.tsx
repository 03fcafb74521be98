import type { ReactNode } from "react";
import { Icon } from "../../parts/icon.js";
import { Mark } from "../../parts/mark.js";

interface GrantProps {
  /** "part" also where it is not known. */
  readonly is: "yes" | "no" | "part";
  readonly title: string;
  readonly children?: ReactNode;
}

/** One thing that a machine lets the hub have or do, in words; the mark repeats them. */
export function Grant({ is, title, children }: GrantProps) {
  return (
    <div className="grant">
      <span className={is}>
        {is === "part" ? <Mark name="unknown" size={18} /> : <Icon name={is === "yes" ? "check" : "x"} size={18} />}
      </span>
      <div>
        <h3>{title}</h3>
        <div className="small muted">{children}</div>
      </div>
    </div>
  );
}
