import { useRef } from "react";

/** A class that makes a row's ground fade once whenever `what` is another; two names in turn, so that it starts anew. */
export function useChanges(what: string): "" | " changed-a" | " changed-b" {
  const seen = useRef({ what, changes: 0 });
  if (seen.current.what !== what) seen.current = { what, changes: seen.current.changes + 1 };
  const { changes } = seen.current;
  if (changes === 0) return "";
  return changes % 2 === 0 ? " changed-a" : " changed-b";
}
