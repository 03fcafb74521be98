import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";

/** How the bytes of one field must look. `packed` stands for a repeated number, which may come either way. */
export type WireRule =
  | { readonly form: "varint" | "fixed64" | "fixed32" | "text" | "bytes"; readonly packed: boolean }
  | { readonly form: "message"; readonly packed: false; readonly message: WireTable };

/** The rules of one message, by field number. A number without a rule is unknown to the hub and may hold anything. */
export type WireTable = Map<number, WireRule>;

/** Reads the rules of a message and of all that it contains out of its generated descriptor. */
export function compileWireTable(descriptor: DescMessage): WireTable {
  return compile(descriptor, new Map());
}

function compile(descriptor: DescMessage, known: Map<string, WireTable>): WireTable {
  const existing = known.get(descriptor.typeName);
  if (existing !== undefined) return existing;
  const table: WireTable = new Map();
  known.set(descriptor.typeName, table);
  for (const field of descriptor.fields) table.set(field.number, ruleOf(field, known));
  return table;
}

function ruleOf(field: DescField, known: Map<string, WireTable>): WireRule {
  const repeated = field.fieldKind === "list";
  if (field.fieldKind === "map") throw new Error(`${field.toString()} is a map, which the walker does not know`);
  if (field.enum !== undefined) return { form: "varint", packed: repeated };
  if (field.message !== undefined) {
    if (field.delimitedEncoding) throw new Error(`${field.toString()} is a group, which the walker does not know`);
    return { form: "message", packed: false, message: compile(field.message, known) };
  }
  const form = scalarForm(field.scalar);
  return { form, packed: repeated && form !== "text" && form !== "bytes" };
}

function scalarForm(scalar: ScalarType | undefined): "varint" | "fixed64" | "fixed32" | "text" | "bytes" {
  switch (scalar) {
    case ScalarType.STRING:
      return "text";
    case ScalarType.BYTES:
      return "bytes";
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return "fixed64";
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return "fixed32";
    default:
      return "varint";
  }
}
