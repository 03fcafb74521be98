import { create } from "@bufbuild/protobuf";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { type SyncStreamItem, SyncStreamItemSchema } from "../../gen/v1sync/syncservice_pb.js";

/**
 * Bytes as an item that is encoded to exactly these bytes, however malformed they are behind their first tag: they are
 * carried as one unknown field, which the encoder copies.
 * @throws Error when not even a first tag can be carried that way
 */
export function rawItem(bytes: Uint8Array): SyncStreamItem {
  const item = create(SyncStreamItemSchema);
  if (bytes.length === 0) return item;
  const reader = new BinaryReader(bytes);
  const tag = reader.uint32();
  const shortest = tag === 0 ? 1 : Math.ceil((32 - Math.clz32(tag)) / 7);
  if (reader.pos !== shortest) throw new Error("these bytes do not begin with a tag in its shortest form");
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- wire types that do not exist are the point
  item.$unknown = [{ no: tag >>> 3, wireType: tag & 7, data: bytes.subarray(reader.pos) }];
  return item;
}
