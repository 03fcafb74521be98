import { rem } from "./mark.js";

export type IconName =
  | "hub"
  | "find"
  | "theme"
  | "plus"
  | "go"
  | "down"
  | "copy"
  | "x"
  | "key"
  | "check"
  | "fleet"
  | "history"
  | "enrol"
  | "doctor"
  | "more";

/** Drawn only: what it stands for is said in words by what it stands in. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  const side = rem(size);
  return (
    <svg width={side} height={side} aria-hidden="true">
      <use href={`#i-${name}`} />
    </svg>
  );
}
