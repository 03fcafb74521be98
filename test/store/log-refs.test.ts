import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "@jest/globals";
import { OperationSchema } from "../../gen/v1/operations_pb.js";
import { hubLogRef, isAskableLog, logNames, parseHubLogRef } from "../../src/store/log-refs.js";

describe("names of logs", () => {
  test("LOGS1: an operation names its log and that of its output, where they are not empty", () => {
    const names = (init: Parameters<typeof create<typeof OperationSchema>>[1]) =>
      logNames(toBinary(OperationSchema, create(OperationSchema, init)));
    expect(names({ logref: "a", op: { case: "operationCheck", value: { outputLogref: "b" } } })).toEqual(["a", "b"]);
    expect(names({ op: { case: "operationRunHook", value: { outputLogref: "ü" } } })).toEqual(["ü"]);
    // What is the output's name there is another field here.
    expect(names({ op: { case: "operationRestore", value: { target: "b" } } })).toEqual([]);
    expect(names({})).toEqual([]);
  });

  test("LOGS1: the hub's name leads back to the operation and the peer's name", () => {
    const ref = { operationId: 2n ** 63n - 1n, ref: "a.b\nc" };
    expect(parseHubLogRef(hubLogRef(ref))).toEqual(ref);
    for (const text of ["", "a", "o1", "o1.", "o0.a", "o01.a", "o-1.a", "o9223372036854775808.a", "O1.a", " o1.a"]) {
      expect(parseHubLogRef(text)).toBeUndefined();
    }
  });

  test("LOGS3: only names that no file system could misread are asked for", () => {
    for (const name of ["73aaa5071d9f8615", "t-0053d324-4e70-438f-a9d1-f7258e38b4f7", "a.log", "A".repeat(128)]) {
      expect([name, isAskableLog(name)]).toEqual([name, true]);
    }
    for (const name of ["", "../../etc/passwd", "a/b", "a\\b", "..", ".a", "-a", "a\0", "a\n", "A".repeat(129), "ü"]) {
      expect([name, isAskableLog(name)]).toEqual([name, false]);
    }
  });
});
