import { type ReactNode, useEffect } from "react";

interface PageHeadProps {
  readonly title: ReactNode;
  /** What the browser's tab says. */
  readonly tab: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly above?: ReactNode;
}

/** The one headline of a page. */
export function PageHead({ title, tab, lead, actions, above }: PageHeadProps) {
  useEffect(() => {
    document.title = `${tab} · Backrest Hub`;
  }, [tab]);
  return (
    <div className="head">
      <div>
        {above}
        <h1>{title}</h1>
        {lead !== undefined && <p className="lead">{lead}</p>}
      </div>
      {actions !== undefined && <div className="actions">{actions}</div>}
    </div>
  );
}
