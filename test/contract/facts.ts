import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  createRegistry,
  type DescEnum,
  type DescField,
  type DescFile,
  type DescMessage,
  type DescService,
  ScalarType,
} from "@bufbuild/protobuf";

/**
 * A contract as a list of facts, one line each: a message, one of its fields, what it reserves, a value of an enum, an
 * rpc. Tables and generated descriptors give the same lines, so that a difference is a line too many or too few.
 */
export type Facts = ReadonlyMap<string, string>;

interface TableField {
  readonly number: number;
  readonly name: string;
  readonly type: string;
  readonly repeated?: boolean;
  readonly optional?: boolean;
  readonly oneof?: string;
  readonly json?: string;
  readonly deprecated?: boolean;
}

interface Table {
  readonly services: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly messages: Readonly<
    Record<
      string,
      { readonly fields: readonly TableField[]; readonly reserved?: readonly (readonly [number, number])[] }
    >
  >;
  readonly enums: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export const messageKey = (message: string): string => `message ${message}`;
export const fieldKey = (message: string, number: number): string => `field ${message} ${number}`;
export const reservedKey = (message: string): string => `reserved ${message}`;
const enumKey = (name: string): string => `enum ${name}`;
const valueKey = (name: string, value: string): string => `value ${name} ${value}`;
const rpcKey = (service: string, method: string): string => `rpc ${service} ${method}`;

/** The facts of a table in `test/data/wire`. */
export function readTable(file: string): Facts {
  const text = readFileSync(join(process.cwd(), "test/data/wire", file), "utf8");
  const table: Table = JSON.parse(text);
  const facts = new Map<string, string>();
  for (const [name, message] of Object.entries(table.messages)) {
    facts.set(messageKey(name), "");
    for (const field of message.fields) facts.set(fieldKey(name, field.number), writeField(field));
    if (message.reserved !== undefined) facts.set(reservedKey(name), writeRanges(message.reserved));
  }
  for (const [name, values] of Object.entries(table.enums)) {
    facts.set(enumKey(name), "");
    for (const [value, number] of Object.entries(values)) facts.set(valueKey(name, value), String(number));
  }
  for (const [service, methods] of Object.entries(table.services)) {
    for (const [method, signature] of Object.entries(methods)) facts.set(rpcKey(service, method), signature);
  }
  return facts;
}

/** The facts of generated files. */
export function readDescriptors(files: readonly DescFile[]): Facts {
  const facts = new Map<string, string>();
  for (const type of createRegistry(...files)) {
    switch (type.kind) {
      case "message":
        addMessage(facts, type);
        break;
      case "enum":
        addEnum(facts, type);
        break;
      case "service":
        addService(facts, type);
        break;
      case "extension":
        throw new Error(`${type.toString()} is an extension, which the tables cannot state`);
    }
  }
  return facts;
}

function addMessage(facts: Map<string, string>, message: DescMessage): void {
  facts.set(messageKey(message.typeName), "");
  for (const field of message.fields) facts.set(fieldKey(message.typeName, field.number), writeField(describe(field)));
  const { reservedRange } = message.proto;
  if (reservedRange.length === 0) return;
  // In a descriptor the end of a range is the number behind it.
  facts.set(
    reservedKey(message.typeName),
    writeRanges(reservedRange.map(({ start, end }) => [start, end - 1] as const)),
  );
}

function addEnum(facts: Map<string, string>, desc: DescEnum): void {
  facts.set(enumKey(desc.typeName), "");
  for (const value of desc.values) facts.set(valueKey(desc.typeName, value.name), String(value.number));
}

function addService(facts: Map<string, string>, service: DescService): void {
  for (const { name, methodKind, input, output } of service.methods) {
    const request = methodKind === "client_streaming" || methodKind === "bidi_streaming" ? "stream " : "";
    const response = methodKind === "server_streaming" || methodKind === "bidi_streaming" ? "stream " : "";
    facts.set(rpcKey(service.typeName, name), `${request}${input.typeName} -> ${response}${output.typeName}`);
  }
}

function describe(field: DescField): TableField {
  if (field.fieldKind === "map") throw new Error(`${field.toString()} is a map, which the tables cannot state`);
  return {
    number: field.number,
    name: field.name,
    type: typeOf(field),
    repeated: field.fieldKind === "list",
    optional: field.proto.proto3Optional,
    json: field.jsonName,
    deprecated: field.deprecated,
    ...(field.oneof === undefined ? {} : { oneof: field.oneof.name }),
  };
}

/** As a table writes it: a scalar's keyword or the full name of a message or an enum. */
export function typeOf(field: DescField): string {
  if (field.message !== undefined) return field.message.typeName;
  if (field.enum !== undefined) return field.enum.typeName;
  return ScalarType[field.scalar].toLowerCase();
}

function writeField(field: TableField): string {
  const label = field.repeated ? "repeated" : field.optional ? "optional" : "single";
  const json = field.json ?? defaultJsonName(field.name);
  const words = [label, field.type, field.name, `json=${json}`];
  if (field.oneof !== undefined) words.push(`oneof=${field.oneof}`);
  if (field.deprecated) words.push("deprecated");
  return words.join(" ");
}

/** protobuf's rule: underscores go, and what stands behind one is a capital. */
function defaultJsonName(name: string): string {
  return name.replace(/_(.?)/g, (_match, next: string) => next.toUpperCase());
}

function writeRanges(ranges: readonly (readonly [number, number])[]): string {
  return ranges.map(([first, last]) => `${first}-${last}`).join(" ");
}

/** The facts whose key is accepted. */
export function pick(facts: Facts, accepts: (key: string) => boolean): Map<string, string> {
  return new Map([...facts].filter(([key]) => accepts(key)));
}

/** What is being described belongs to one of these packages. */
export function inPackages(...packages: readonly string[]): (key: string) => boolean {
  return (key) => packages.some((name) => (key.split(" ")[1] ?? "").startsWith(`${name}.`));
}

export function isRpc(key: string): boolean {
  return key.startsWith("rpc ");
}

/** All that is said of one message: itself, its fields, its reserved numbers; under another name if one is given. */
export function factsOfMessage(facts: Facts, message: string, name = message): Map<string, string> {
  const own = [...facts].filter(
    ([key]) => /^(message|field|reserved)$/.test(wordsOf(key)[0]) && wordsOf(key)[1] === message,
  );
  if (own.length === 0) throw new Error(`the table does not state the message ${message}`);
  return new Map(
    own.map(([key, value]) => {
      const [kind, , ...rest] = wordsOf(key);
      return [[kind, name, ...rest].join(" "), value];
    }),
  );
}

function wordsOf(key: string): [string, string, ...string[]] {
  const [kind = "", name = "", ...rest] = key.split(" ");
  return [kind, name, ...rest];
}

/** One fact, which must be there. */
export function factOf(facts: Facts, key: string): string {
  const fact = facts.get(key);
  if (fact === undefined) throw new Error(`nothing is stated about ${key}`);
  return fact;
}

/** Sorted, one line a fact: two contracts are equal when their lines are. */
export function lines(facts: Facts): string[] {
  return [...facts].map(([key, value]) => `${key}: ${value}`).toSorted();
}

/** The facts of `wanted` that `present` does not state, or states otherwise. */
export function missing(wanted: Facts, present: Facts): string[] {
  return lines(new Map([...wanted].filter(([key, value]) => present.get(key) !== value)));
}
