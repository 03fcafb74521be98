import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { createClient } from "@connectrpc/connect";
import { AccessService, Role } from "../../../../gen/hub/v1/access_pb.js";
import { Form, PasswordField, TextField } from "../../parts/form.js";

/** Makes the first user, an admin. Who may do that shows the token that only the hub's machine has. */
export function FirstUserForm({ onDone }: { readonly onDone: () => Promise<unknown> }) {
  const transport = useTransport();
  return (
    <>
      <p className="muted">
        Nobody has an account at this hub yet. The hub keeps a token in the file <code>admin-token</code> of its data
        directory; it printed where that is when it started. It shows that this hub is yours.
      </p>
      <Form
        action="Create account and sign in"
        submit={async (text) => {
          const [username, password] = [text("username").trim(), text("password")];
          const headers = { authorization: `Bearer ${text("token").trim()}` };
          const access = createClient(AccessService, transport);
          await access.addUser({ name: username, role: Role.ADMIN, password }, { headers });
          await callUnaryMethod(transport, AccessService.method.login, { username, password });
          await onDone();
        }}
      >
        <PasswordField
          name="token"
          label="Admin token"
          autoComplete="off"
          hint="The content of that file, pasted here."
          autoFocus
        />
        <TextField
          name="username"
          label="Your name"
          autoComplete="username"
          hint="One word: letters, digits and . _ @ + -"
        />
        <PasswordField
          name="password"
          label="A password"
          autoComplete="new-password"
          hint="At least 10 characters."
          minLength={10}
        />
      </Form>
    </>
  );
}
