import { VERDICTS } from "../../words/verdicts.js";
import type { Mark } from "../../words/verdicts.js";

export type Presences = "on" | "reconnecting" | "back" | "away" | "off" | "refused";
export type Grouping = "none" | "verdict" | "presence" | "repo";
export type SortBy = "machine" | "verdict" | "success";
export type Density = "rows" | "dense" | "map";

/** What of the fleet is shown, and how. It stands in the address, so that it can be shared. */
export interface FleetView {
  readonly text: string;
  /** A verdict's mark; undefined shows all. */
  readonly verdict: Mark | undefined;
  readonly presence: Presences | undefined;
  readonly group: Grouping;
  readonly sort: SortBy;
  readonly descending: boolean;
  readonly density: Density;
  /** How "needs attention" is grouped; undefined: by its length. */
  readonly attention: "cause" | "machine" | undefined;
  /** The causes whose machines are shown. */
  readonly open: readonly string[];
}

export const PRESENCES: readonly { readonly value: Presences; readonly word: string }[] = [
  { value: "on", word: "Connected" },
  { value: "reconnecting", word: "Reconnecting" },
  { value: "back", word: "Coming back" },
  { value: "away", word: "Away" },
  { value: "off", word: "Offline" },
  { value: "refused", word: "Refused" },
];

export const GROUPINGS: readonly { readonly value: Grouping; readonly word: string }[] = [
  { value: "none", word: "none" },
  { value: "verdict", word: "verdict" },
  { value: "presence", word: "presence" },
  { value: "repo", word: "repo" },
];

/** What each way of sorting begins with. */
export const SORTINGS: readonly { readonly value: SortBy; readonly word: string; readonly descending: boolean }[] = [
  { value: "verdict", word: "Verdict", descending: true },
  { value: "success", word: "Last success", descending: true },
  { value: "machine", word: "Machine", descending: false },
];

const DENSITIES: readonly Density[] = ["rows", "dense", "map"];

export function readView(params: URLSearchParams): FleetView {
  const sort = params.get("sort") ?? "-verdict";
  const sortBy = oneOf(
    sort.replace(/^-/u, ""),
    SORTINGS.map(({ value }) => value),
  );
  return {
    text: params.get("find") ?? "",
    verdict: oneOf(
      params.get("verdict"),
      VERDICTS.map(({ mark }) => mark),
    ),
    presence: oneOf(
      params.get("presence"),
      PRESENCES.map(({ value }) => value),
    ),
    group:
      oneOf(
        params.get("group"),
        GROUPINGS.map(({ value }) => value),
      ) ?? "none",
    sort: sortBy ?? "verdict",
    descending: sortBy === undefined || sort.startsWith("-"),
    density: oneOf(params.get("view"), DENSITIES) ?? "rows",
    attention: oneOf(params.get("attention"), ["cause", "machine"] as const),
    open: params.getAll("cause"),
  };
}

/** Only what is not as it is without an address. */
export function writeView(view: FleetView): URLSearchParams {
  const params = new URLSearchParams();
  const set = (name: string, value: string | undefined, usual = "") => {
    if (value !== undefined && value !== usual) params.set(name, value);
  };
  set("find", view.text);
  set("verdict", view.verdict);
  set("presence", view.presence);
  set("group", view.group, "none");
  set("sort", `${view.descending ? "-" : ""}${view.sort}`, "-verdict");
  set("view", view.density, "rows");
  set("attention", view.attention);
  for (const cause of view.open) params.append("cause", cause);
  return params;
}

function oneOf<T extends string>(value: string | null, values: readonly T[]): T | undefined {
  return values.find((one) => one === value);
}
