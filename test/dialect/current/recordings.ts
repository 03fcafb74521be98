import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { SyncItem } from "../../../gen/hub/wire/v1/sync_pb.js";
import { item } from "./vectors.js";

export interface RecordedItem {
  readonly fromClient: boolean;
  /** It travelled in a record, of which this is the content. */
  readonly encrypted: boolean;
  readonly item: SyncItem;
}

export interface RecordedSession {
  readonly recording: string;
  readonly number: number;
  readonly items: readonly RecordedItem[];
}

const FOLDER = join("test", "data", "vectors", "sessions");

/** Every recorded session of a client of the current generation; see test/data/vectors/README.md. */
export function currentSessions(): RecordedSession[] {
  return readdirSync(FOLDER)
    .filter((file) => /^v1\.1[34]\..*\.jsonl(\.gz)?$/.test(file))
    .sort()
    .flatMap((file) => read(file));
}

function read(file: string): RecordedSession[] {
  const raw = readFileSync(join(FOLDER, file));
  const text = (file.endsWith(".gz") ? gunzipSync(raw) : raw).toString("utf8");
  const sessions = new Map<number, RecordedItem[]>();
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const entry = JSON.parse(line) as { dir: string; session: number; encrypted: boolean; item_base64: string };
    if (entry.dir !== "c2h" && entry.dir !== "h2c") continue;
    const items = sessions.get(entry.session) ?? [];
    items.push({ fromClient: entry.dir === "c2h", encrypted: entry.encrypted, item: item(entry.item_base64) });
    sessions.set(entry.session, items);
  }
  const recording = file.replace(/\.jsonl(\.gz)?$/, "");
  return [...sessions].map(([number, items]) => ({ recording, number, items }));
}
