import { type ReactNode, type Ref, useId } from "react";
import { Icon } from "../../parts/icon.js";

interface StepProps {
  readonly n: number;
  readonly state: "todo" | "now" | "done";
  readonly title: ReactNode;
  /** Beside the title, small. */
  readonly note?: ReactNode;
  readonly end?: ReactNode;
  readonly children?: ReactNode;
  readonly ref?: Ref<HTMLElement>;
}

/** One step of enrolling. One that is done, or has yet to come, is its head alone. */
export function Step({ n, state, title, note, end, children, ref }: StepProps) {
  const id = useId();
  return (
    <li className={`step${state === "todo" ? "" : ` is-${state}`}`} aria-current={state === "now" ? "step" : undefined}>
      {state === "done" ? (
        <span className="n">
          <span className="sr">Done:</span>
          <Icon name="check" size={18} />
        </span>
      ) : (
        <span className="n" aria-hidden="true">
          {n}
        </span>
      )}
      <span className="rail" />
      <section className={`card${state === "todo" ? " flat" : ""}`} aria-labelledby={id} ref={ref}>
        <header>
          <h2 id={id} className={state === "todo" ? "dim" : undefined}>
            {title}
          </h2>
          {note !== undefined && <span className="muted small">{note}</span>}
          {end !== undefined && <div className="end row">{end}</div>}
        </header>
        {children !== undefined && children !== false && <div className="body stack">{children}</div>}
      </section>
    </li>
  );
}
