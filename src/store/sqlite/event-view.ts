import { fromBinary } from "@bufbuild/protobuf";
import { OperationEventSchema } from "../../../gen/hub/wire/v1/sync_pb.js";

/** What a message of operations asks for; its operations stay encoded. */
export type EventView =
  | { readonly kind: "list"; readonly updated: boolean; readonly operations: readonly Uint8Array[] }
  | { readonly kind: "deleted"; readonly originalIds: readonly bigint[] }
  | { readonly kind: "nothing" };

/** Throws where the bytes do not decode. */
export function readEvent(bytes: Uint8Array): EventView {
  const { event } = fromBinary(OperationEventSchema, bytes, { readUnknownFields: false });
  switch (event.case) {
    case "createdOperations":
      return { kind: "list", updated: false, operations: event.value.operations };
    case "updatedOperations":
      return { kind: "list", updated: true, operations: event.value.operations };
    case "deletedOperations":
      return { kind: "deleted", originalIds: event.value.values };
    default:
      return { kind: "nothing" };
  }
}
