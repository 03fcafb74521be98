import type { IconName } from "../parts/icon.js";

export interface PageEntry {
  readonly path: string;
  readonly name: string;
  readonly icon: IconName;
  /** Pressed behind `g`. */
  readonly letter: string;
  /** In the bar at the bottom of a phone; the others are behind "More". */
  readonly onPhone: boolean;
}

/** The pages that lead to all others, in the order of the bar. */
export const PAGES: readonly PageEntry[] = [
  { path: "/", name: "Fleet", icon: "fleet", letter: "f", onPhone: true },
  { path: "/history", name: "History", icon: "history", letter: "h", onPhone: true },
  { path: "/enrol", name: "Enrol", icon: "enrol", letter: "e", onPhone: true },
  { path: "/connections", name: "Connections", icon: "doctor", letter: "d", onPhone: true },
  { path: "/repos", name: "Shared repos", icon: "copy", letter: "r", onPhone: false },
  { path: "/settings", name: "Settings", icon: "more", letter: "s", onPhone: false },
];

/** Whether an address belongs to a page: machines are part of the fleet. */
export function isAt(location: string, { path }: PageEntry): boolean {
  if (path === "/") return location === "/" || location.startsWith("/machines/");
  return location === path || location.startsWith(`${path}/`);
}

/** The address of a machine's page. */
export function machinePath(instanceId: string): string {
  return `/machines/${encodeURIComponent(instanceId)}`;
}

/** The address of the history, of one machine, plan or repo, and with the detail of an operation open. */
export function historyPath({ machine, plan, repo, operation }: HistoryAddress): string {
  const params = new URLSearchParams();
  if (machine !== undefined) params.set("machine", machine);
  if (plan !== undefined) params.set("plan", plan);
  if (repo !== undefined) params.set("repo", repo);
  if (operation !== undefined) params.set("operation", String(operation));
  return `/history?${params}`;
}

export interface HistoryAddress {
  readonly machine?: string;
  readonly plan?: string;
  readonly repo?: string;
  readonly operation?: bigint;
}
