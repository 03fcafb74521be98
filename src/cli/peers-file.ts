import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { HubError } from "../errors.js";
import { errorText } from "../system-error.js";
import type { CliContext } from "./context.js";

export interface PeerEntry {
  readonly instanceId: string;
  readonly keyid: string;
}

/**
 * Reads a JSON list of `{ instanceId, keyid }`; other members are ignored, and `keyId`, as Backrest's own file spells
 * it, will do.
 * @throws HubError `invalid_argument` that names the first entry that lacks something
 */
export function readPeersFile(file: string, { workingDirectory }: CliContext): PeerEntry[] {
  const path = resolve(workingDirectory, file);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new HubError("invalid_argument", `the file ${path} cannot be used: ${errorText(cause)}`, { cause });
  }
  if (!Array.isArray(content)) {
    throw new HubError(
      "invalid_argument",
      `the file ${path} holds no list; write [{ "instanceId": "…", "keyid": "…" }, …]`,
    );
  }
  return content.map((entry: unknown, index) => {
    const instanceId = member(entry, "instanceId");
    const keyid = member(entry, "keyid") ?? member(entry, "keyId");
    if (instanceId !== undefined && keyid !== undefined) return { instanceId, keyid };
    throw new HubError("invalid_argument", `entry ${index + 1} of ${path} lacks instanceId or keyid`);
  });
}

function member(entry: unknown, name: string): string | undefined {
  const value: unknown = typeof entry === "object" && entry !== null ? Reflect.get(entry, name) : undefined;
  return typeof value === "string" ? value : undefined;
}
