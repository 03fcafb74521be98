import type { SyncItem } from "../../gen/hub/wire/v1/sync_pb.js";

/** The contract's own name of what came, for a person. Where the generations differ, `names` has this one's. */
export function nameOf(item: SyncItem, names: Readonly<Record<string, string>> = {}): string {
  const member = item.action.case;
  if (member === undefined) return "empty";
  return names[member] ?? member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
