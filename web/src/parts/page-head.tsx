import { type ReactNode, useEffect } from "react";

interface PageHeadProps {
  readonly title: ReactNode;
  /** What the browser's tab says. */
  readonly tab: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly above?: ReactNode;
  /** On the line of the title. */
  readonly beside?: ReactNode;
}

/** The one headline of a page. */
export function PageHead({ title, tab, lead, actions, above, beside }: PageHeadProps) {
  useEffect(() => {
    document.title = `${tab} · Backrest Hub`;
  }, [tab]);
  return (
    <div className="head">
      <div>
        {above}
        {beside === undefined ? (
          <h1>{title}</h1>
        ) : (
          <div className="idhead">
            <h1>{title}</h1>
            {beside}
          </div>
        )}
        {lead !== undefined && <div className="lead">{lead}</div>}
      </div>
      {actions !== undefined && <div className="actions">{actions}</div>}
    </div>
  );
}
