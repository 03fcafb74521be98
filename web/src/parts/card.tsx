import { type ReactNode, useId } from "react";
import { Boundary, inWords } from "./boundary.js";
import { AsOf } from "./list-states.js";

interface CardProps {
  readonly title: ReactNode;
  /** Beside the title, small. */
  readonly note?: ReactNode;
  /** At the right end of the head. */
  readonly end?: ReactNode;
  readonly footer?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A part of a page with a head of its own. While the connection is lost the head says from when it is. */
export function Card({ title, note, end, footer, className = "", children }: CardProps) {
  const id = useId();
  return (
    <section className={`card ${className}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {note !== undefined && <span className="dim small">{note}</span>}
        <AsOf />
        {end !== undefined && end !== false && <div className="end row">{end}</div>}
      </header>
      <Boundary what={inWords(title, "This part")} of={children}>
        {children}
      </Boundary>
      {footer !== undefined && footer !== false && <footer>{footer}</footer>}
    </section>
  );
}
