import { useCallback } from "react";
import { useSearchParams } from "wouter";

/** Sets what the address narrows the page by, without another step in the browser's history; nothing takes it out. */
export function useSetParam(): (name: string, value: string | undefined) => void {
  const [, setParams] = useSearchParams();
  return useCallback(
    (name, value = "") =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          if (value === "") next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      ),
    [setParams],
  );
}
