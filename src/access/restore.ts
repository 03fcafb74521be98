import { clone, equals, toJsonString } from "@bufbuild/protobuf";
import { isReflectMessage, reflect, type ReflectList, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import { type RemoteConfig, RemoteConfigSchema } from "../../gen/v1sync/syncservice_pb.js";
import { HubError } from "../errors.js";
import { maskInPlace } from "./mask.js";
import { pairUp, type Shown } from "./pair-up.js";
import { MASK, maskText } from "./secret-text.js";
import { IDENTITY_FIELDS, type SecretKind, secretKind } from "./secrets.js";

/**
 * A copy of an edited configuration with the originals where the mask was left in place, those fields included that
 * masking left out. A secret only goes back to where it was: to the same field of the same repo, plan or hook.
 * @throws HubError `invalid_argument` naming every place that still hides a secret which is not to be told
 */
export function restoreMasked(edited: RemoteConfig, original: RemoteConfig): RemoteConfig {
  const restored = clone(RemoteConfigSchema, edited);
  const lost: string[] = [];
  restoreMessage(reflect(RemoteConfigSchema, restored), reflect(RemoteConfigSchema, original), "", lost);
  if (lost.length === 0) return restored;
  throw new HubError(
    "invalid_argument",
    `these were hidden, and the hub cannot tell what belongs there, since the entry is new or was moved or changed; type them anew: ${lost.join(", ")}`,
  );
}

function restoreMessage(
  edited: ReflectMessage,
  original: ReflectMessage | undefined,
  path: string,
  lost: string[],
): void {
  const leftOut = original?.getUnknown();
  if (leftOut !== undefined && (edited.getUnknown() ?? []).length === 0) edited.setUnknown(leftOut);
  for (const field of edited.fields) {
    if (!edited.isSet(field)) continue;
    const place = path === "" ? field.name : `${path}.${field.name}`;
    const before = original?.isSet(field) === true ? original : undefined;
    if (field.fieldKind === "message") {
      restoreMessage(edited.get(field), before?.get(field), place, lost);
    } else if (field.fieldKind === "list" && field.listKind === "message") {
      restoreMessages(edited.get(field), before?.get(field), place, lost);
    } else if (field.fieldKind === "list") {
      const kind = secretKind(field);
      if (kind !== undefined) restoreTexts(kind, edited.get(field), before?.get(field), place, lost);
    } else if (field.fieldKind === "scalar") {
      const kind = secretKind(field);
      const [text, hidden] = [edited.get(field), before?.get(field)];
      if (kind === undefined || typeof text !== "string" || !text.includes(MASK)) continue;
      if (typeof hidden === "string" && maskText(kind, hidden) === text) edited.set(field, hidden);
      else lost.push(place);
    }
  }
}

function restoreTexts(
  kind: SecretKind,
  edited: ReflectList,
  original: ReflectList | undefined,
  path: string,
  lost: string[],
): void {
  const texts = [...edited].map(String);
  const hidden = [...(original ?? [])].map(String);
  const pairs = pairUp(
    texts.map((item) => ({ item, form: item })),
    hidden.map((item) => ({ item, form: maskText(kind, item) })),
    (one, other) => one === other,
  );
  for (const [index, text] of texts.entries()) {
    if (!text.includes(MASK)) continue;
    const value = pairs[index];
    if (value === undefined) lost.push(`${path}[${index}]`);
    else edited.set(index, value);
  }
}

function restoreMessages(edited: ReflectList, original: ReflectList | undefined, path: string, lost: string[]): void {
  const items = messagesOf(edited);
  const hidden = original === undefined ? [] : messagesOf(original);
  const pairs = pairMessages(items, hidden);
  for (const [index, item] of items.entries()) {
    restoreMessage(item, pairs[index], `${path}[${nameOf(item) ?? index}]`, lost);
  }
}

function pairMessages(edited: ReflectMessage[], originals: ReflectMessage[]): (ReflectMessage | undefined)[] {
  const names = edited[0] === undefined ? undefined : IDENTITY_FIELDS[edited[0].desc.typeName];
  if (names !== undefined) return edited.map((item) => originals.find((other) => isSameEntry(names, item, other)));
  const same = (one: ReflectMessage, other: ReflectMessage): boolean => equals(one.desc, one.message, other.message);
  const pairs = pairUp(edited.map(asShown), originals.map(asMasked), same);
  // Entries that were edited look like none of the originals; where each original that is left must be one of them,
  // their order tells which.
  const changed = edited.filter((item, index) => pairs[index] === undefined && asShown(item).form.includes(MASK));
  const left = originals.filter((item) => !pairs.includes(item));
  if (changed.length !== left.length) return pairs;
  return edited.map((item, index) => pairs[index] ?? left[changed.indexOf(item)]);
}

/** The strongest identity that both have decides. */
function isSameEntry(names: readonly string[], one: ReflectMessage, other: ReflectMessage): boolean {
  for (const name of names) {
    const [value, otherValue] = [textOf(one, name), textOf(other, name)];
    if (value !== "" && otherValue !== "") return value === otherValue;
  }
  return false;
}

function nameOf(message: ReflectMessage): string | undefined {
  const names = IDENTITY_FIELDS[message.desc.typeName];
  return names?.map((name) => textOf(message, name)).findLast((text) => text !== "");
}

function textOf(message: ReflectMessage, name: string): string {
  const field = message.fields.find((candidate) => candidate.name === name);
  const value = field?.fieldKind === "scalar" ? message.get(field) : "";
  return typeof value === "string" ? value : "";
}

function asShown(item: ReflectMessage): Shown<ReflectMessage> {
  return { item, form: toJsonString(item.desc, item.message) };
}

function asMasked(item: ReflectMessage): Shown<ReflectMessage> {
  const masked = reflect(item.desc, clone(item.desc, item.message));
  maskInPlace(masked);
  return { item, form: asShown(masked).form };
}

function messagesOf(list: ReflectList): ReflectMessage[] {
  return [...list].filter((item) => isReflectMessage(item));
}
