import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { useState } from "react";
import { AccessService, Role, type User } from "../../../../gen/hub/v1/access_pb.js";
import { CopyButton } from "../../parts/copy-button.js";
import { Form, TextField } from "../../parts/form.js";
import { Sheet } from "../../parts/sheet.js";
import { said } from "../../parts/toasts.js";
import { newPassword } from "./password.js";
import { ROLES, roleOf, roleWords } from "../../words/roles.js";

interface FormProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function AddPerson({ open, onClose, onDone }: FormProps) {
  const transport = useTransport();
  return (
    <Sheet open={open} onClose={onClose} title="Add a person">
      <Form
        action="Add person"
        submit={async (text) => {
          const name = text("name").trim();
          const person = { name, role: roleOf(text("role")), password: text("password") };
          await callUnaryMethod(transport, AccessService.method.addUser, person);
          said(`${name} was added.`);
          onDone();
          onClose();
        }}
      >
        <TextField
          name="name"
          label="Name"
          autoComplete="off"
          maxLength={64}
          hint="Letters, digits and . _ @ + -"
          autoFocus
        />
        <RoleChoice role={Role.VIEWER} />
        <NewPassword />
      </Form>
    </Sheet>
  );
}

interface PersonProps extends FormProps {
  readonly user: User;
}

export function ChangeRole({ user: { name, role }, open, onClose, onDone }: PersonProps) {
  const transport = useTransport();
  return (
    <Sheet open={open} onClose={onClose} title={`Role of ${name}`}>
      <Form
        action="Change role"
        submit={async (text) => {
          const next = roleOf(text("role"));
          await callUnaryMethod(transport, AccessService.method.setUserRole, { name, role: next });
          said(`${name} has the role ${roleWords(next)}.`);
          onDone();
          onClose();
        }}
      >
        <RoleChoice role={role} />
        <p className="hint">It counts at once; what {name} has open and may not see any more ends.</p>
      </Form>
    </Sheet>
  );
}

export function SetPassword({ user: { name }, open, onClose, onDone }: PersonProps) {
  const transport = useTransport();
  return (
    <Sheet open={open} onClose={onClose} title={`Password of ${name}`}>
      <Form
        action="Set password"
        submit={async (text) => {
          await callUnaryMethod(transport, AccessService.method.setUserPassword, { name, password: text("password") });
          said(`${name} has another password.`);
          onDone();
          onClose();
        }}
      >
        <NewPassword />
        <p className="hint">{name} is signed out everywhere and signs in with this one.</p>
      </Form>
    </Sheet>
  );
}

/** Which of the roles, with what each may. */
export function RoleChoice({ role }: { readonly role: Role }) {
  return (
    <fieldset className="choices">
      <legend className="label">Role</legend>
      {ROLES.map((row) => (
        <label key={row.name} className="check">
          <input type="radio" name="role" value={row.name} defaultChecked={row.role === role} />
          <span>
            <b>{row.name}</b> <span className="muted">{row.may}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** Shown as it is typed: it is told to somebody else. */
function NewPassword() {
  const [password, setPassword] = useState("");
  return (
    <>
      <TextField
        name="password"
        label="Password"
        autoComplete="off"
        minLength={10}
        maxLength={256}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        hint="At least 10 characters. The hub keeps no text of it: hand it over yourself; it can be changed under Settings, You."
      />
      <div className="actions">
        <button type="button" className="btn" onClick={() => setPassword(newPassword())}>
          Make one
        </button>
        {password !== "" && <CopyButton text={password} label="Copy password" />}
      </div>
    </>
  );
}
