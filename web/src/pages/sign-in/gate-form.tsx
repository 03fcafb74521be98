import { ConnectError } from "@connectrpc/connect";
import { type InputHTMLAttributes, type ReactNode, useId, useState } from "react";
import { Mark } from "../../parts/mark.js";

interface GateFormProps {
  readonly action: string;
  readonly children: ReactNode;
  /** @param text the content of a field, by its name */
  readonly submit: (text: (name: string) => string) => Promise<unknown>;
}

/** A form whose failure is said above its fields. What was typed stays. */
export function GateForm({ action, children, submit }: GateFormProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const send = async (form: HTMLFormElement) => {
    const data = new FormData(form);
    setBusy(true);
    setError(undefined);
    try {
      await submit((name) => {
        const value = data.get(name);
        return typeof value === "string" ? value : "";
      });
    } catch (reason) {
      setError(ConnectError.from(reason).rawMessage);
      setBusy(false);
    }
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void send(event.currentTarget);
      }}
    >
      {error !== undefined && (
        <div className="note v-failing" role="alert">
          <Mark name="failing" />
          <div>{error}</div>
        </div>
      )}
      {children}
      <button className="btn btn-primary" type="submit" disabled={busy}>
        {action}
      </button>
    </form>
  );
}

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
}

export function TextField({ label, hint, ...input }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        className="input"
        id={id}
        required
        autoCapitalize="none"
        spellCheck={false}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        {...input}
      />
      {hint !== undefined && (
        <span className="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </div>
  );
}

export function PasswordField(props: FieldProps) {
  return <TextField type="password" {...props} />;
}
