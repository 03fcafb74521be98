import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { useState } from "react";
import { AccessService, Role } from "../../../../gen/hub/v1/access_pb.js";
import { CopyButton } from "../../parts/copy-button.js";
import { Form, SelectField, TextField } from "../../parts/form.js";
import { Sheet } from "../../parts/sheet.js";
import { RoleChoice } from "./person-forms.js";
import { roleOf } from "../../words/roles.js";

const DAY_S = 86_400n;
const TIMES = [
  ["1", "1 day"],
  ["7", "7 days"],
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "1 year"],
  ["0", "Never: until it is revoked"],
] as const;

interface NewAccessTokenProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Makes a token and shows its text, this once. */
export function NewAccessToken({ open, onClose, onDone }: NewAccessTokenProps) {
  const transport = useTransport();
  const [made, setMade] = useState<{ readonly name: string; readonly text: string }>();
  const close = () => {
    setMade(undefined);
    onClose();
  };
  if (made !== undefined) {
    return (
      <Sheet open={open} onClose={close} title={`The token ${made.name}`}>
        <p>
          <b>Copy it now.</b> It is shown this once: the hub keeps a hash of it.
        </p>
        <div className="copy">
          <pre className="code wrap" role="region" aria-label="The token’s text">
            {made.text}
          </pre>
          <CopyButton text={made.text} label="Copy token" />
        </div>
        <p className="hint">
          A program sends it as <code>Authorization: Bearer …</code>; <code>backrest-hub</code> on another machine takes
          it from the variable <code>BACKREST_HUB_TOKEN</code>.
        </p>
        <div className="actions">
          <button type="button" className="btn btn-primary" onClick={close}>
            I have it
          </button>
        </div>
      </Sheet>
    );
  }
  return (
    <Sheet open={open} onClose={close} title="New access token">
      <Form
        action="Make token"
        submit={async (text) => {
          const name = text("name").trim();
          const ttl = { seconds: BigInt(text("days")) * DAY_S };
          const asked = { name, role: roleOf(text("role")), ttl };
          const created = await callUnaryMethod(transport, AccessService.method.createAccessToken, asked);
          setMade({ name, text: created.text });
          onDone();
        }}
      >
        <TextField
          name="name"
          label="Name"
          autoComplete="off"
          maxLength={64}
          hint="What uses it, such as grafana: the audit log calls it so."
          autoFocus
        />
        <RoleChoice role={Role.VIEWER} />
        <SelectField name="days" label="Expires after" options={TIMES} defaultValue="365" />
      </Form>
    </Sheet>
  );
}
