import type { Option } from "./option.js";

interface ChoiceProps {
  readonly label: string;
  readonly title?: string | undefined;
  /** What it says while nothing is chosen. */
  readonly all: string;
  /** Undefined or empty while nothing is. */
  readonly value: string | undefined;
  readonly options: readonly Option[];
  readonly onChange: (value: string | undefined) => void;
}

/** Narrows a list by one of several, or by none of them. */
export function Choice({ label, title, all, value = "", options, onChange }: ChoiceProps) {
  return (
    <select
      className={value === "" ? "input" : "input is-set"}
      aria-label={label}
      title={title}
      value={value}
      onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value)}
    >
      <option value="">{all}</option>
      {options.map((one) => (
        <option key={one.value} value={one.value}>
          {one.word}
        </option>
      ))}
    </select>
  );
}
