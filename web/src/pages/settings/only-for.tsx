import type { ReactNode } from "react";
import type { Role } from "../../../../gen/hub/v1/access_pb.js";
import { Card } from "../../parts/card.js";
import { Empty } from "../../parts/list-states.js";
import { useCaller, useHasRole } from "../../session/session.js";
import { roleWords } from "../../words/roles.js";

interface OnlyForProps {
  readonly role: Role;
  readonly title: string;
  /** What would be here, as "who may use this hub". */
  readonly what: string;
  readonly children: ReactNode;
}

/** Its children to who may see them; others are told what is here and who may. */
export function OnlyFor({ role, title, what, children }: OnlyForProps) {
  const may = useHasRole(role);
  const caller = useCaller();
  if (may) return children;
  return (
    <Card title={title}>
      <Empty title={`Here stands ${what}.`}>
        <p className="muted">
          It takes the role {roleWords(role)}; you have the role {roleWords(caller.role)}. An admin can give you
          another.
        </p>
      </Empty>
    </Card>
  );
}
