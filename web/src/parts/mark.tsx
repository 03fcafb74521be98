import type { Verdict } from "../../../gen/hub/v1/fleet_pb.js";
import { type Mark as MarkName, verdictWords } from "../words/verdicts.js";

/** The shape alone; a word stands beside it, or its name is said by what it stands in. */
export function Mark({ name, size = 16 }: { readonly name: MarkName; readonly size?: number }) {
  const side = rem(size);
  return (
    <svg width={side} height={side} aria-hidden="true">
      <use href={`#m-${name}`} />
    </svg>
  );
}

/** It grows with the texts that it stands beside. @param size in pixels, where texts have their usual size */
export function rem(size: number): string {
  return `${size / 16}rem`;
}

/** Mark and word, in the colour of the mark. */
export function MarkWord({ name, word, chip = false }: MarkWordProps) {
  return (
    <span className={`v v-${name}${chip ? " v-chip" : ""}`}>
      <Mark name={name} size={chip ? 14 : 16} />
      <span>{word}</span>
    </span>
  );
}

interface MarkWordProps {
  readonly name: MarkName;
  readonly word: string;
  readonly chip?: boolean;
}

export function VerdictMark({ verdict, chip = false }: { readonly verdict: Verdict; readonly chip?: boolean }) {
  const { mark, word } = verdictWords(verdict);
  return <MarkWord name={mark} word={word} chip={chip} />;
}
