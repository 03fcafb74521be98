import { create, type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { BinaryReader } from "@bufbuild/protobuf/wire";

/**
 * An already encoded message as one that Connect can send, without decoding it for a client that takes binary: all of
 * its bytes stand behind the first tag as one unknown field, which the encoder copies as it is.
 * @param bytes a valid encoding of `schema`
 * @param json true for a client that takes JSON: the message is decoded then
 */
export function rawMessage<Desc extends DescMessage>(
  schema: Desc,
  bytes: Uint8Array,
  json: boolean,
): MessageShape<Desc> {
  if (json) return fromBinary(schema, bytes);
  const message = create(schema);
  if (bytes.length === 0) return message;
  const reader = new BinaryReader(bytes);
  const [no, wireType] = reader.tag();
  message.$unknown = [{ no, wireType, data: bytes.subarray(reader.pos) }];
  return message;
}

/** Whether the client of this request takes JSON instead of binary protobuf. */
export function takesJson(requestHeader: Headers): boolean {
  return requestHeader.get("content-type")?.includes("json") ?? false;
}
