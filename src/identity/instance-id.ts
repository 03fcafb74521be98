/** Backrest refuses longer ones. */
export const MAX_INSTANCE_ID_LENGTH = 50;
const PREFIX = "hub-";

/**
 * An instance id for a new hub. The prefix keeps it apart from a Backrest on the same machine, whose id is usually the
 * bare host name; the letters keep it free of what pairing tokens use to part their fields (`:` and `#`).
 */
export function instanceIdFor(hostName: string): string {
  const bare = hostName
    .toLowerCase()
    .split(".")[0]
    ?.replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return PREFIX + (bare || "backrest").slice(0, MAX_INSTANCE_ID_LENGTH - PREFIX.length);
}
