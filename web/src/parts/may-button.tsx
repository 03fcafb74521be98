import type { ReactNode } from "react";
import type { Role } from "../../../gen/hub/v1/access_pb.js";
import { useMay } from "../session/session.js";

interface MayButtonProps {
  /** Who may do it. */
  readonly role: Role;
  readonly className?: string;
  readonly onClick: () => void;
  readonly children: ReactNode;
  readonly "aria-label"?: string;
}

/** A button that says on hover and focus why it does nothing, where that is so. */
export function MayButton({ role, className = "btn", onClick, children, ...named }: MayButtonProps) {
  const { may, why } = useMay(role);
  return (
    <button
      type="button"
      className={may ? className : `${className} tip tip-end`}
      aria-disabled={may ? undefined : true}
      aria-description={why}
      data-tip={why}
      onClick={may ? onClick : undefined}
      {...named}
    >
      {children}
    </button>
  );
}
