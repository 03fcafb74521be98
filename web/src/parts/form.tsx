import { ConnectError } from "@connectrpc/connect";
import { type InputHTMLAttributes, type ReactNode, useId, useState } from "react";
import { asSentence } from "../words/hub-words.js";
import { Mark } from "./mark.js";
import { Words } from "./words.js";

interface FormProps {
  /** The verb and the thing, on the button. */
  readonly action: string;
  readonly children: ReactNode;
  /** What it throws is said above the fields. @param text the content of a field, by its name */
  readonly submit: (text: (name: string) => string) => Promise<unknown>;
  /** Beside the button. */
  readonly more?: ReactNode;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  /** What to do about a failure, where the hub's words do not say it. */
  readonly help?: (error: ConnectError) => ReactNode;
}

/** A form whose failure is said above its fields. What was typed stays. */
export function Form({ action, children, submit, more, danger = false, disabled = false, help }: FormProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ConnectError>();
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
      setError(ConnectError.from(reason));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy && !disabled) void send(event.currentTarget);
      }}
    >
      {error !== undefined && <Problem error={error}>{help?.(error)}</Problem>}
      {children}
      <div className="actions">
        <button className={`btn ${danger ? "btn-danger" : "btn-primary"}`} type="submit" disabled={busy || disabled}>
          {action}
        </button>
        {more}
      </div>
    </form>
  );
}

/** What could not be done, in the hub's words, where it was asked for. */
export function Problem({ error, children }: { readonly error: unknown; readonly children?: ReactNode }) {
  return (
    <div className="note v-failing" role="alert">
      <Mark name="failing" />
      <div className="stack-2">
        <span>
          <Words text={asSentence(ConnectError.from(error).rawMessage)} />
        </span>
        {children}
      </div>
    </div>
  );
}

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly name: string;
  readonly label: string;
  readonly hint?: ReactNode;
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
        autoCorrect="off"
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

interface SelectFieldProps {
  readonly name: string;
  readonly label: string;
  readonly hint?: ReactNode;
  readonly options: readonly (readonly [value: string, words: string])[];
  readonly defaultValue?: string;
}

export function SelectField({ name, label, hint, options, defaultValue }: SelectFieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select className="input" id={id} name={name} defaultValue={defaultValue}>
        {options.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
      {hint !== undefined && <span className="hint">{hint}</span>}
    </div>
  );
}
