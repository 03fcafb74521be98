import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { AccessService } from "../../../../gen/hub/v1/access_pb.js";
import { Form, PasswordField, TextField } from "../../parts/form.js";

interface SignInFormProps {
  readonly onDone: () => Promise<unknown>;
  readonly singleSignOn: boolean;
}

export function SignInForm({ onDone, singleSignOn }: SignInFormProps) {
  const transport = useTransport();
  return (
    <>
      <Form
        action="Sign in"
        submit={async (text) => {
          const credentials = { username: text("username").trim(), password: text("password") };
          await callUnaryMethod(transport, AccessService.method.login, credentials);
          await onDone();
        }}
      >
        <TextField name="username" label="Name" autoComplete="username" autoFocus />
        <PasswordField name="password" label="Password" autoComplete="current-password" />
      </Form>
      <p className="hint">
        Password lost? An admin sets another one under Settings, or, on the hub’s machine,{" "}
        <code>backrest-hub users set-password NAME</code>.
        {singleSignOn && " Who is known to the proxy before this hub is signed in by it, and needs no password here."}
      </p>
    </>
  );
}
