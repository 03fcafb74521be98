import { create, createFileRegistry } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "@jest/globals";
import { ReflectionAnswers } from "../../src/rpc/reflection-answer.js";
import { ReflectionIndex } from "../../src/rpc/reflection-index.js";
import { request } from "./reflection-client.js";

const extension = (name: string, number: number) => ({
  name,
  number,
  extendee: ".shop.Order",
  type: FieldDescriptorProto_Type.STRING,
  label: FieldDescriptorProto_Label.OPTIONAL,
});

/** Two proto2 files: a service with a message that can be extended, and the extensions, one of them nested. */
const ANSWERS = (() => {
  const order = create(FileDescriptorProtoSchema, {
    name: "shop/order.proto",
    package: "shop",
    syntax: "proto2",
    messageType: [{ name: "Order", extensionRange: [{ start: 100, end: 200 }] }, { name: "Plain" }],
  });
  const extras = create(FileDescriptorProtoSchema, {
    name: "shop/extras.proto",
    package: "shop",
    syntax: "proto2",
    dependency: ["shop/order.proto"],
    extension: [extension("gift", 120)],
    messageType: [{ name: "Extras", extension: [extension("note", 101)] }],
    service: [{ name: "Shop", method: [{ name: "Buy", inputType: ".shop.Order", outputType: ".shop.Plain" }] }],
  });
  const service = createFileRegistry(create(FileDescriptorSetSchema, { file: [order, extras] })).getService(
    "shop.Shop",
  );
  if (service === undefined) throw new Error("the test's own files do not hold together");
  return new ReflectionAnswers(new ReflectionIndex([service]));
})();

describe("extensions", () => {
  test("REF5: the numbers of all extensions of a message, ascending", () => {
    const answer = ANSWERS.answer(request({ case: "allExtensionNumbersOfType", value: "shop.Order" }));
    expect(answer.messageResponse).toMatchObject({
      case: "allExtensionNumbersResponse",
      value: { baseTypeName: "shop.Order", extensionNumber: [101, 120] },
    });
  });

  test("REF5: a message without extensions has none, which is no error", () => {
    const answer = ANSWERS.answer(request({ case: "allExtensionNumbersOfType", value: "shop.Plain" }));
    expect(answer.messageResponse).toMatchObject({ value: { baseTypeName: "shop.Plain", extensionNumber: [] } });
  });

  test.each([101, 120])("REF5: extension %i leads to the file that declares it", (extensionNumber) => {
    const answer = ANSWERS.answer(
      request({ case: "fileContainingExtension", value: { containingType: "shop.Order", extensionNumber } }),
    );
    expect(answer.messageResponse.case).toBe("fileDescriptorResponse");
  });

  test.each(["shop.gift", "shop.Extras.note"])("REF5: %s is a symbol too", (value) => {
    const answer = ANSWERS.answer(request({ case: "fileContainingSymbol", value }));
    expect(answer.messageResponse.case).toBe("fileDescriptorResponse");
  });
});
