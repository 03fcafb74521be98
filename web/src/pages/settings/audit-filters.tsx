import { useEffect, useState } from "react";
import { Choice } from "../../parts/choice.js";
import { type AuditFilter, auditActions, PERIODS } from "./audit-words.js";

interface AuditFiltersProps {
  readonly filter: AuditFilter;
  readonly change: (next: Partial<AuditFilter>) => void;
}

/** A name is whole when nobody has typed for a moment. */
const TYPED_MS = 300;

export function AuditFilters({ filter, change }: AuditFiltersProps) {
  const actions = auditActions();
  const known = filter.action === "" || actions.some(({ value }) => value === filter.action);
  return (
    <div className="tool">
      <CallerFilter caller={filter.caller} change={(caller) => change({ caller })} />
      <Choice
        label="What"
        all="Everything"
        value={filter.action}
        options={known ? actions : [{ value: filter.action, word: filter.action }, ...actions]}
        onChange={(action = "") => change({ action })}
      />
      <Choice
        label="When"
        all="All times"
        value={filter.days === 0 ? undefined : String(filter.days)}
        options={PERIODS}
        onChange={(days = "0") => change({ days: Number(days) })}
      />
      <label className="check">
        <input
          type="checkbox"
          checked={filter.failures}
          onChange={(event) => change({ failures: event.target.checked })}
        />
        <span>Only refused and failed</span>
      </label>
    </div>
  );
}

function CallerFilter({ caller, change }: { readonly caller: string; readonly change: (caller: string) => void }) {
  const [text, setText] = useState(caller);
  useEffect(() => setText(caller), [caller]);
  useEffect(() => {
    if (text.trim() === caller) return;
    const timer = setTimeout(() => change(text.trim()), TYPED_MS);
    return () => clearTimeout(timer);
  }, [text, caller, change]);
  return (
    <input
      className="input who"
      type="search"
      aria-label="Who: the name of a person or a token"
      placeholder="Who"
      autoCapitalize="none"
      spellCheck={false}
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
