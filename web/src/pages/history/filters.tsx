import { useMemo } from "react";
import { useLivePart } from "../../live/live.js";
import { Choice } from "../../parts/choice.js";
import type { Option } from "../../parts/option.js";
import { firstWords } from "../../words/harmless.js";
import { DaysFields } from "./days-fields.js";
import { showsAllKinds } from "./filter.js";
import { KINDS } from "./kinds.js";
import { namesOf } from "./names.js";
import { RESULT_CHOICES } from "./results.js";
import { TIMES } from "./time-choices.js";
import type { ChangeView } from "./use-view.js";
import { ALL_KINDS, DAYS, type HistoryView } from "./view.js";

interface FiltersProps {
  readonly view: HistoryView;
  readonly change: ChangeView;
}

/** What of the history is shown. */
export function Filters({ view, change }: FiltersProps) {
  const machines = useLivePart((state) => state.machines);
  const names = useMemo(() => namesOf(machines.values(), view), [machines, view]);
  const usual = showsAllKinds({ kind: undefined, result: view.result });
  return (
    <search className="bar">
      <Choice
        label="Machine"
        all="All machines"
        value={view.machine}
        options={names.machines.map(option)}
        onChange={(machine) => change({ machine })}
      />
      <Choice
        label="Plan"
        all="All plans"
        value={view.plan}
        options={names.plans.map(option)}
        onChange={(plan) => change({ plan })}
      />
      <Choice
        label="Repo"
        all="All repos"
        value={view.repo}
        options={names.repos.map(option)}
        onChange={(repo) => change({ repo })}
      />
      <Choice
        label="Kind"
        title={usual ? undefined : "Hooks and snapshots come beside backups, which say more: they are left out."}
        all={usual ? "All kinds" : "Main kinds"}
        value={view.kind}
        options={[...(usual ? [] : [{ value: ALL_KINDS, word: "All kinds" }]), ...KINDS]}
        onChange={(kind) => change({ kind })}
      />
      <Choice
        label="Result"
        all="All results"
        value={view.result}
        options={RESULT_CHOICES}
        onChange={(result) => change({ result })}
      />
      <Choice
        label="Time"
        all="Any time"
        value={view.time}
        options={[...TIMES, { value: DAYS, word: "From, to …" }]}
        onChange={(time) => change({ time, from: undefined, to: undefined })}
      />
      {view.time === DAYS && <DaysFields view={view} change={change} />}
    </search>
  );
}

function option(name: string): Option {
  return { value: name, word: firstWords(name, 60) };
}
