import { type ReactNode, useId } from "react";
import type { Labels } from "../../words/labels.js";
import { ReinstalledField } from "./reinstalled-field.js";
import { VersionSelect } from "./version-select.js";
import { type Grants, TIMES, USES, type Wishes } from "./wishes.js";

interface AllowFormProps {
  readonly wishes: Wishes;
  readonly onChange: (wishes: Wishes) => void;
  readonly labels: Labels;
  readonly onVersion: (version: string) => void;
  readonly byToken: boolean;
  readonly children: ReactNode;
  readonly onSubmit: () => void;
}

/** What the machine is asked to grant, and the terms of its token. */
export function AllowForm({ wishes, onChange, labels, onVersion, byToken, children, onSubmit }: AllowFormProps) {
  const id = useId();
  const set = (more: Partial<Wishes>) => onChange({ ...wishes, ...more });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <div className="half">
        <div className="field">
          <label htmlFor={`${id}-version`}>Backrest on that machine</label>
          <VersionSelect id={`${id}-version`} labels={labels} onChange={onVersion} />
          <span className="hint">
            {labels.joins === "token"
              ? "It pairs with a token and encrypts by itself."
              : "It knows no tokens: you let it in by its key. Better update it first."}
          </span>
        </div>
        {byToken && (
          <div className="field">
            <label htmlFor={`${id}-label`}>Label</label>
            <input
              className="input"
              id={`${id}-label`}
              maxLength={200}
              placeholder="Reception, new PC"
              value={wishes.label}
              onChange={(event) => set({ label: event.target.value })}
            />
            <span className="hint">For you: it stays in the list of tokens and in the audit log.</span>
          </div>
        )}
      </div>
      <AllowOptions grants={wishes.grants} onChange={(grants) => set({ grants })} labels={labels} byToken={byToken} />
      {byToken && (
        <>
          <ReinstalledField value={wishes.forInstance} onChange={(forInstance) => set({ forInstance })} />
          <div className="row">
            <div className="field">
              <label htmlFor={`${id}-ttl`}>Valid for</label>
              <Choice
                id={`${id}-ttl`}
                options={TIMES}
                value={wishes.ttlSeconds}
                onChange={(ttlSeconds) => set({ ttlSeconds })}
              />
            </div>
            {wishes.forInstance === "" && (
              <div className="field">
                <label htmlFor={`${id}-uses`}>Machines</label>
                <Choice
                  id={`${id}-uses`}
                  options={USES}
                  value={wishes.maxUses}
                  onChange={(maxUses) => set({ maxUses })}
                />
              </div>
            )}
          </div>
        </>
      )}
      {children}
    </form>
  );
}

interface ChoiceProps {
  readonly id: string;
  readonly options: readonly (readonly [number, string])[];
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function Choice({ id, options, value, onChange }: ChoiceProps) {
  return (
    <select className="input" id={id} value={value} onChange={(event) => onChange(Number(event.target.value))}>
      {options.map(([number, words]) => (
        <option key={number} value={number}>
          {words}
        </option>
      ))}
    </select>
  );
}

interface AllowOptionsProps {
  readonly grants: Grants;
  readonly onChange: (grants: Grants) => void;
  readonly labels: Labels;
  readonly byToken: boolean;
}

/** Each grant in words: what it gives, and what it costs. */
function AllowOptions({ grants, onChange, labels, byToken }: AllowOptionsProps) {
  // Without a token the hub has yet to learn with whom it shares.
  const takesRepos = byToken && labels.permissions.receiveSharedRepos !== undefined;
  return (
    <fieldset className="plainset">
      <legend className="label">Allow</legend>
      <Option title="You see its operations" checked disabled>
        Backups, errors, sizes. Without them there is no verdict. Costs nothing: no content of a backup and no password
        is in them.
      </Option>
      <Option
        title="You see its configuration"
        checked={grants.config || grants.change}
        disabled={grants.change}
        onChange={(config) => onChange({ ...grants, config })}
      >
        Repos, plans and schedules, so that verdicts need no learning. The passwords of its repos come along: the hub
        keeps them sealed and shows them to nobody, but who takes over the hub could read the backups.
      </Option>
      <Option
        title="You may change its configuration from here"
        checked={grants.change}
        onChange={(change) => onChange({ ...grants, change })}
      >
        Add and change its repos and plans without going there. Who is an admin here then decides what that machine
        backs up and where to. On Backrest’s own screen, seeing comes only together with changing.
      </Option>
      {takesRepos && (
        <Option
          title="It gets shared repos"
          checked={grants.repos}
          onChange={(repos) => onChange({ ...grants, repos })}
        >
          All repos that the hub shares arrive there ready to use. Their passwords do, too: who has that machine can
          read what lies in those repos.
        </Option>
      )}
    </fieldset>
  );
}

interface OptionProps {
  readonly title: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange?: (checked: boolean) => void;
  readonly children: ReactNode;
}

function Option({ title, checked, disabled = false, onChange, children }: OptionProps) {
  const id = useId();
  return (
    <label className="opt">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-labelledby={`${id}-t`}
        aria-describedby={`${id}-h`}
        onChange={(event) => onChange?.(event.target.checked)}
      />
      <b id={`${id}-t`}>{title}</b>
      <span className="hint" id={`${id}-h`}>
        {children}
      </span>
    </label>
  );
}
