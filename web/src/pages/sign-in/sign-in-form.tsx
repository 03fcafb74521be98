import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { AccessService } from "../../../../gen/hub/v1/access_pb.js";
import { GateForm, PasswordField, TextField } from "./gate-form.js";

export function SignInForm({ onDone }: { readonly onDone: () => Promise<unknown> }) {
  const transport = useTransport();
  return (
    <>
      <GateForm
        action="Sign in"
        submit={async (text) => {
          const credentials = { username: text("username").trim(), password: text("password") };
          await callUnaryMethod(transport, AccessService.method.login, credentials);
          await onDone();
        }}
      >
        <TextField name="username" label="Name" autoComplete="username" autoFocus />
        <PasswordField name="password" label="Password" autoComplete="current-password" />
      </GateForm>
      <p className="hint">
        Password lost? On the hub: <code>backrest-hub users password NAME</code>
      </p>
    </>
  );
}
