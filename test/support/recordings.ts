import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { fromBinary } from "@bufbuild/protobuf";
import { type SyncStreamItem, SyncStreamItemSchema } from "../../gen/v1sync/syncservice_pb.js";

/** What a real Backrest client sent in one session, in order. */
export interface RecordedSession {
  readonly number: number;
  readonly items: readonly SyncStreamItem[];
}

export interface Recording {
  readonly name: string;
  readonly sessions: readonly RecordedSession[];
}

const FOLDER = join("test", "data", "vectors", "sessions");

/** Every recorded session of a seed-generation client; see test/data/vectors/README.md. */
export function seedRecordings(): Recording[] {
  return readdirSync(FOLDER)
    .filter((file) => /^v1\.1[12]\..*\.jsonl(\.gz)?$/.test(file))
    .sort()
    .map((file) => ({ name: file.replace(/\.jsonl(\.gz)?$/, ""), sessions: read(file) }));
}

function read(file: string): RecordedSession[] {
  const raw = readFileSync(join(FOLDER, file));
  const text = (file.endsWith(".gz") ? gunzipSync(raw) : raw).toString("utf8");
  const sessions = new Map<number, SyncStreamItem[]>();
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const entry = JSON.parse(line) as { dir: string; session: number; item_base64: string };
    if (entry.dir !== "c2h") continue;
    const items = sessions.get(entry.session) ?? [];
    items.push(fromBinary(SyncStreamItemSchema, Buffer.from(entry.item_base64, "base64")));
    sessions.set(entry.session, items);
  }
  return [...sessions].map(([number, items]) => ({ number, items }));
}
