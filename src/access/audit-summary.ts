import type { DescEnum, DescMessage, MessageShape } from "@bufbuild/protobuf";
import { isReflectMessage, reflect, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import { MASK, maskText } from "./secret-text.js";
import { type SecretKind, secretKind } from "./secrets.js";

/** The longest summary, in characters. */
export const MAX_SUMMARY_LENGTH = 400;

/** A request in a line: what is set, by the fields' names, without secrets and without what it costs to write all of it. */
export function summarize<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): string {
  const line = new Line();
  writeMessage(line, reflect(schema, message));
  return line.text;
}

/** Takes pieces until it is full. */
class Line {
  #text = "";

  get full(): boolean {
    return this.#text.length > MAX_SUMMARY_LENGTH;
  }

  get text(): string {
    return this.full ? `${this.#text.slice(0, MAX_SUMMARY_LENGTH).toWellFormed()}…` : this.#text;
  }

  add(piece: string): void {
    if (!this.full) this.#text += piece;
  }
}

function writeMessage(line: Line, message: ReflectMessage): void {
  line.add("{");
  let separator = "";
  for (const field of message.fields) {
    if (line.full) return;
    if (!message.isSet(field)) continue;
    line.add(`${separator}${JSON.stringify(field.name)}:`);
    separator = ",";
    const show = (value: unknown) => writeValue(line, value, field.enum, () => secretKind(field));
    if (field.fieldKind === "list") writeAll(line, message.get(field), show);
    else if (field.fieldKind === "map") line.add(`"${message.get(field).size} entries"`);
    else show(message.get(field));
  }
  line.add("}");
}

function writeAll(line: Line, values: Iterable<unknown>, show: (value: unknown) => void): void {
  line.add("[");
  let separator = "";
  for (const value of values) {
    if (line.full) return;
    line.add(separator);
    separator = ",";
    show(value);
  }
  line.add("]");
}

function writeValue(
  line: Line,
  value: unknown,
  names: DescEnum | undefined,
  kindOf: () => ReturnType<typeof secretKind>,
): void {
  if (isReflectMessage(value)) writeMessage(line, value);
  else if (typeof value === "string") {
    line.add(JSON.stringify(shownText(kindOf(), value)));
  } else if (value instanceof Uint8Array) line.add(`"${value.length} bytes"`);
  else if (typeof value === "number" && names !== undefined)
    line.add(JSON.stringify(names.value[value]?.name ?? value));
  else line.add(String(value));
}

/** Cut long before it is quoted: a text may be megabytes. What is cut cannot be masked, as its secret may end behind that. */
function shownText(kind: SecretKind | undefined, text: string): string {
  const longest = 4 * MAX_SUMMARY_LENGTH;
  if (kind === undefined) return text.slice(0, longest);
  return text.length > longest ? MASK : maskText(kind, text);
}
