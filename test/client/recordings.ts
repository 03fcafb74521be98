import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { fromBinary } from "@bufbuild/protobuf";
import type { Operation } from "../../gen/v1/operations_pb.js";
import { type SyncStreamItem, SyncStreamItemSchema } from "../../gen/v1sync/syncservice_pb.js";
import { type EcdsaIdentity, type IdentityText, loadEcdsaIdentity } from "../../src/dialect/identity.js";

const FOLDER = join(process.cwd(), "test/data/vectors/sessions");

export interface RecordedItem {
  readonly from: "peer" | "host";
  readonly item: SyncStreamItem;
}

export interface Recording {
  /** The first session, in the order at the recording host. */
  readonly items: readonly RecordedItem[];
  readonly instanceId: string;
  readonly identity: EcdsaIdentity;
}

interface Line {
  readonly dir: string;
  readonly session: number;
  readonly item_base64: string;
}

interface PeerConfig {
  readonly instance: string;
  readonly sync: { readonly identity: IdentityText & { readonly keyId: string } };
}

/** A session of a real Backrest of the seed generation. */
export function readRecording(name: string): Recording {
  const config = JSON.parse(readFileSync(join(FOLDER, `${name}.config.json`), "utf8")) as PeerConfig;
  const { identity } = config.sync;
  const lines = readLines(name).filter(({ dir, session }) => session === 1 && (dir === "c2h" || dir === "h2c"));
  return {
    items: lines.map(({ dir, item_base64 }) => ({
      from: dir === "c2h" ? "peer" : "host",
      item: fromBinary(SyncStreamItemSchema, Buffer.from(item_base64, "base64")),
    })),
    instanceId: config.instance,
    identity: loadEcdsaIdentity({ ...identity, keyid: identity.keyId }),
  };
}

/** Every operation that the recorded peer told of, once. */
export function operationsOf(recording: Recording): Operation[] {
  const operations = new Map<bigint, Operation>();
  for (const { item } of recording.items) {
    const event = item.action.case === "receiveOperations" ? item.action.value.event?.event : undefined;
    if (event?.case !== "createdOperations" && event?.case !== "updatedOperations") continue;
    for (const operation of event.value.operations) operations.set(operation.id, operation);
  }
  return [...operations.values()];
}

function readLines(name: string): Line[] {
  const plain = join(FOLDER, `${name}.jsonl`);
  const text = name.includes("e-1200")
    ? gunzipSync(readFileSync(`${plain}.gz`)).toString()
    : readFileSync(plain, "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
}
