import { useId, useState } from "react";
import type { Repo } from "../../../../gen/v1/config_pb.js";
import { TextField } from "../../parts/form.js";
import { fieldsOf, hasSecret, parseRepo, type RepoFields, repoText, withFields } from "./repo-draft.js";

/** A repo under work: by fields, or as the text of a file. */
export type Draft =
  | { readonly as: "fields"; readonly repo: Repo; readonly fields: RepoFields }
  | { readonly as: "text"; readonly text: string };

export function draftOf(repo: Repo): Draft {
  return { as: "fields", repo, fields: fieldsOf(repo) };
}

/** @throws Error that says what is wrong with the text */
export function repoOf(draft: Draft): Repo {
  return draft.as === "fields" ? withFields(draft.repo, draft.fields) : parseRepo(draft.text);
}

interface RepoFormProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  /** It has its id already. */
  readonly known: boolean;
}

/** Enters a repo. Where a secret is masked it stays, unless something else is typed. */
export function RepoForm({ draft, onChange, known }: RepoFormProps) {
  const [error, setError] = useState<string>();
  const as = (next: Draft["as"]) => {
    if (next === draft.as) return;
    try {
      const repo = repoOf(draft);
      onChange(next === "fields" ? draftOf(repo) : { as: "text", text: repoText(repo) });
      setError(undefined);
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
    }
  };
  return (
    <>
      <div className="seg" role="group" aria-label="How to enter it">
        <button type="button" aria-pressed={draft.as === "fields"} onClick={() => as("fields")}>
          Fields
        </button>
        <button type="button" aria-pressed={draft.as === "text"} onClick={() => as("text")}>
          JSON
        </button>
      </div>
      {error !== undefined && (
        <p className="v v-failing" role="alert">
          {error}
        </p>
      )}
      {draft.as === "fields" ? (
        <Fields draft={draft} onChange={onChange} known={known} />
      ) : (
        <AreaField
          label="As it stands in a Backrest config.json"
          rows={18}
          value={draft.text}
          onChange={(text) => onChange({ as: "text", text })}
          hint="***hidden*** stands for a secret that stays as it is."
        />
      )}
    </>
  );
}

interface FieldsProps {
  readonly draft: Extract<Draft, { as: "fields" }>;
  readonly onChange: (draft: Draft) => void;
  readonly known: boolean;
}

function Fields({ draft, onChange, known }: FieldsProps) {
  const { repo, fields } = draft;
  const set = (more: Partial<RepoFields>) => onChange({ ...draft, fields: { ...fields, ...more } });
  return (
    <>
      <TextField
        name="id"
        label="Name"
        autoComplete="off"
        value={fields.id}
        readOnly={known}
        onChange={(event) => set({ id: event.target.value })}
        hint={known ? undefined : "The repo’s id on every machine."}
      />
      <TextField
        name="uri"
        label="Address"
        autoComplete="off"
        value={fields.uri}
        onChange={(event) => set({ uri: event.target.value })}
        hint="As restic takes it, such as s3:https://s3.example.org/backups or rest:https://user:password@example.org/."
      />
      <TextField
        name="guid"
        label="Repository id"
        autoComplete="off"
        value={fields.guid}
        onChange={(event) => set({ guid: event.target.value })}
        hint={
          <>
            64 hexadecimal digits, by which machines recognise it: <code>restic cat config</code> shows it as id.
          </>
        }
      />
      <TextField
        name="password"
        label="Password"
        type="password"
        autoComplete="off"
        required={false}
        value={fields.password}
        placeholder={hasSecret(repo) ? "masked, unchanged" : undefined}
        onChange={(event) => set({ password: event.target.value })}
        hint={hasSecret(repo) ? "Leave it empty and it stays as it is." : undefined}
      />
      <AreaField
        label="Environment"
        rows={3}
        value={fields.env}
        onChange={(env) => set({ env })}
        hint="NAME=value, a line each. ***hidden*** stands for a value that stays as it is."
      />
      <AreaField
        label="Flags"
        rows={2}
        value={fields.flags}
        onChange={(flags) => set({ flags })}
        hint="For every restic command, a line each, such as --limit-upload 20000."
      />
      <p className="hint">
        Schedules for pruning and checking, and hooks, stand in its JSON. Every machine follows them: think of who is to
        prune.
      </p>
    </>
  );
}

interface AreaFieldProps {
  readonly label: string;
  readonly rows: number;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint: string;
}

export function AreaField({ label, rows, value, onChange, hint }: AreaFieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea
        className="input mono"
        id={id}
        rows={rows}
        value={value}
        spellCheck={false}
        autoCapitalize="none"
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.target.value)}
      />
      <span className="hint" id={`${id}-hint`}>
        {hint}
      </span>
    </div>
  );
}
