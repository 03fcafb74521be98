import { callUnaryMethod, useQuery, useTransport } from "@connectrpc/connect-query";
import { useState } from "react";
import { AccessService, CallerKind, Role, type User } from "../../../../gen/hub/v1/access_pb.js";
import { Card } from "../../parts/card.js";
import { Confirm } from "../../parts/confirm.js";
import { Empty, Missing } from "../../parts/list-states.js";
import { MayButton } from "../../parts/may-button.js";
import { Menu } from "../../parts/menu.js";
import { said } from "../../parts/toasts.js";
import { useCaller, useMay } from "../../session/session.js";
import { MadeBy } from "./made-by.js";
import { OnlyFor } from "./only-for.js";
import { AddPerson, ChangeRole, SetPassword } from "./person-forms.js";
import { ROLES, roleWords } from "../../words/roles.js";

export function People() {
  return (
    <OnlyFor role={Role.ADMIN} title="People" what="who may use this hub, and in which role">
      <Users />
    </OnlyFor>
  );
}

type Asked = { readonly what: "role" | "password" | "remove"; readonly user: User };

function Users() {
  const query = useQuery(AccessService.method.listUsers, {});
  const [adding, setAdding] = useState(false);
  const [asked, setAsked] = useState<Asked>();
  const done = () => void query.refetch();
  const close = () => setAsked(undefined);
  return (
    <Card
      title="People"
      end={
        <MayButton role={Role.ADMIN} onClick={() => setAdding(true)}>
          Add a person …
        </MayButton>
      }
      footer={ROLES.map(({ name, may }) => `${name} ${may}`).join(" · ")}
    >
      {query.data !== undefined ? (
        <UserTable users={query.data.users} ask={setAsked} />
      ) : (
        <Missing query={query} what="The people could not be read" rpc="hub.v1.AccessService/ListUsers" />
      )}
      <AddPerson open={adding} onClose={() => setAdding(false)} onDone={done} />
      {asked !== undefined && (
        <>
          <ChangeRole user={asked.user} open={asked.what === "role"} onClose={close} onDone={done} />
          <SetPassword user={asked.user} open={asked.what === "password"} onClose={close} onDone={done} />
          <RemovePerson user={asked.user} open={asked.what === "remove"} onClose={close} onDone={done} />
        </>
      )}
    </Card>
  );
}

function UserTable({ users, ask }: { readonly users: readonly User[]; readonly ask: (asked: Asked) => void }) {
  const caller = useCaller();
  const { may } = useMay(Role.ADMIN);
  if (users.length === 0) return <Empty title="Nobody has been added: only the admin token opens this hub." />;
  return (
    <table className="table fold last" aria-label="People">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Role</th>
          <th scope="col">Added</th>
          <th scope="col" className="r">
            <span className="sr">Change</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {users.map((user) => (
          <tr key={user.name}>
            <th scope="row">
              <span className="name">{user.name}</span>
              {caller.kind === CallerKind.USER && caller.name === user.name && <span className="dim"> (you)</span>}
            </th>
            <td data-l="Role">{roleWords(user.role)}</td>
            <td data-l="Added">
              <MadeBy at={user.createdAt} by={user.createdBy} />
            </td>
            <td className="r">
              <Menu
                trigger={
                  <button type="button" className="btn btn-quiet" aria-label={`Change ${user.name}`}>
                    Change
                  </button>
                }
                items={[
                  { label: "Change role …", onSelect: () => ask({ what: "role", user }), disabled: !may },
                  { label: "Set a password …", onSelect: () => ask({ what: "password", user }), disabled: !may },
                  { label: "Remove …", onSelect: () => ask({ what: "remove", user }), danger: true, disabled: !may },
                ]}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface RemoveProps {
  readonly user: User;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function RemovePerson({ user: { name }, open, onClose, onDone }: RemoveProps) {
  const transport = useTransport();
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={`Remove ${name}?`}
      action={`Remove ${name}`}
      danger
      onConfirm={async () => {
        await callUnaryMethod(transport, AccessService.method.removeUser, { name });
        said(`${name} was removed.`);
        onDone();
      }}
    >
      <p>{name} is signed out everywhere at once, and can sign in no more.</p>
      <p>What {name} did stays: machines, tokens and changes, and the entries in the audit log.</p>
    </Confirm>
  );
}
