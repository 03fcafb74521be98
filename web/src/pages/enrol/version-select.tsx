import { LABELS, type Labels } from "../../words/labels.js";

interface VersionSelectProps {
  readonly labels: Labels;
  readonly onChange: (version: string) => void;
  readonly id?: string;
  /** Only those that pair with a token. */
  readonly byTokenOnly?: boolean;
}

/** Which Backrest the machine runs: its screens have other words. */
export function VersionSelect({ labels, onChange, id, byTokenOnly = false }: VersionSelectProps) {
  return (
    <select
      className="input"
      id={id}
      aria-label={id === undefined ? "Backrest on that machine" : undefined}
      value={labels.version}
      onChange={(event) => onChange(event.target.value)}
    >
      {LABELS.filter(({ joins }) => !byTokenOnly || joins === "token").map(({ version, name }) => (
        <option key={version} value={version}>
          {name}
        </option>
      ))}
    </select>
  );
}
