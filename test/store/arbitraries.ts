import { type MessageInitShape, create, toBinary } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import { type Operation, OperationSchema } from "../../gen/v1/operations_pb.js";
import { lengthDelimited, varint } from "./operations.js";

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const text = fc.string({ unit: "binary", maxLength: 12 });

type OpInit = NonNullable<MessageInitShape<typeof OperationSchema>["op"]>;

const snapshot = fc.record({
  id: text,
  unixTimeMs: int64,
  paths: fc.array(text, { maxLength: 3 }),
  summary: fc.option(fc.record({ filesNew: int64, totalDuration: fc.double() }), { nil: undefined }),
});
const ops: fc.Arbitrary<OpInit> = fc.oneof(
  fc.constant<OpInit>({ case: undefined }),
  fc.record({
    case: fc.constant("operationBackup" as const),
    value: fc.record({
      errors: fc.array(fc.record({ item: text, message: text }), { maxLength: 3 }),
      dryRun: fc.boolean(),
    }),
  }),
  fc.record({
    case: fc.constant("operationForget" as const),
    value: fc.record({
      forget: fc.array(snapshot, { maxLength: 3 }),
      policy: fc.constant({ policy: { case: "policyTimeBucketed" as const, value: { daily: 7 } } }),
    }),
  }),
  fc.record({
    case: fc.constant("operationRunHook" as const),
    value: fc.record({ name: text, outputLogref: text, parentOp: int64, condition: int32 }),
  }),
  fc.record({
    case: fc.constantFrom("operationPrune" as const, "operationCheck" as const),
    value: fc.record({ output: text, outputLogref: text }),
  }),
  fc.record({
    case: fc.constant("operationRunCommand" as const),
    value: fc.record({ command: text, outputLogref: text, outputSizeBytes: int64 }),
  }),
  fc.record({
    case: fc.constant("operationStats" as const),
    value: fc.record({ stats: fc.record({ totalSize: int64, compressionRatio: fc.double() }) }),
  }),
);

/** Operations of all shapes that matter here. */
export const operations: fc.Arbitrary<Operation> = fc
  .record({
    id: int64,
    repoId: text,
    repoGuid: text,
    planId: text,
    instanceId: text,
    snapshotId: text,
    displayMessage: text,
    logref: text,
    status: int32,
    unixTimeStartMs: int64,
    unixTimeEndMs: int64,
    flowId: int64,
    modno: int64,
    originalId: int64,
    originalFlowId: int64,
    originalInstanceKeyid: text,
    op: ops,
  })
  .map((init) => create(OperationSchema, init));

/** Encoded operations of which a few bytes were changed, removed or doubled. */
export const damaged: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    operations,
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 }), fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 4 }),
  )
  .map(([message, damages]) => {
    let bytes = [...toBinary(OperationSchema, message)];
    for (const [where, value, how] of damages) {
      const at = bytes.length === 0 ? 0 : where % bytes.length;
      if (how === 0) bytes[at] = value;
      else if (how === 1) bytes.splice(at, 1);
      else if (how === 2) bytes.splice(at, 0, value);
      else bytes = bytes.slice(0, at);
    }
    return Uint8Array.from(bytes);
  });

const numbers = fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 12, 16, 17, 100, 101, 102, 104, 105, 106, 107, 300);
const payload = fc.uint8Array({ maxLength: 12 });
const field: fc.Arbitrary<number[]> = fc.letrec<{ field: number[]; message: Uint8Array }>((tie) => ({
  field: fc.oneof(
    fc
      .tuple(numbers, fc.nat({ max: 7 }), payload)
      .map(([number, wireType, bytes]) => [...varint(number * 8 + wireType), ...bytes]),
    fc
      .tuple(numbers, fc.oneof({ depthSize: "small" }, payload, tie("message")))
      .map(([number, bytes]) => [...lengthDelimited(number, bytes.byteLength), ...bytes]),
  ),
  message: fc.array(tie("field"), { maxLength: 4 }).map((fields) => Uint8Array.from(fields.flat())),
})).field;

/** Bytes that look like fields of an operation, sound or not. */
export const wireBytes: fc.Arbitrary<Uint8Array> = fc
  .array(field, { maxLength: 6 })
  .map((fields) => Uint8Array.from(fields.flat()));
