import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const STORED = "theme";
const watchers = new Set<() => void>();

function stored(): Theme {
  const theme = localStorage.getItem(STORED);
  return theme === "light" || theme === "dark" ? theme : "system";
}

/** Follows the system until somebody chose; called once before the first drawing. */
export function applyTheme(): void {
  const theme = stored();
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const theme = useSyncExternalStore((watcher) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }, stored);
  const set = (next: Theme) => {
    if (next === "system") localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, next);
    applyTheme();
    for (const watcher of watchers) watcher();
  };
  return [theme, set];
}

/** What is shown now, whoever decided it. */
export function isDark(theme: Theme): boolean {
  return theme === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : theme === "dark";
}
