import { isUtf8 } from "node:buffer";
import type { WireRule, WireTable } from "./wire-table.js";

/** Messages inside messages that are followed; `v1.Operation` needs five. */
const MAX_DEPTH = 32;
const MAX_TAG = 0xffffffff;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/**
 * Whether `bytes` would decode as the message of `table`, down to the last submessage: each field in its own wire type,
 * strings in UTF-8, lengths and varints inside their message, no groups, no field number 0. It is stricter than any of
 * the decoders (Connect-ES, Go, the browser's), so that what it accepts breaks none of them.
 *
 * Allocates nothing but a view of each string that is not ASCII.
 */
export function isWellFormed(table: WireTable, bytes: Uint8Array): boolean {
  return walk(table, bytes, 0, bytes.byteLength, 1);
}

function walk(table: WireTable, bytes: Uint8Array, start: number, end: number, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  let at = start;
  while (at < end) {
    const tag = readUint32(bytes, at, end);
    if (tag < 8) return false;
    at = skipVarint(bytes, at, end);
    const wireType = tag & 7;
    const rule = table.get(tag >>> 3);
    if (wireType === LENGTH_DELIMITED) {
      const length = readUint32(bytes, at, end);
      if (length < 0) return false;
      at = skipVarint(bytes, at, end);
      const fieldEnd = at + length;
      if (fieldEnd > end) return false;
      if (rule !== undefined && !holds(rule, bytes, at, fieldEnd, depth)) return false;
      at = fieldEnd;
      continue;
    }
    if (rule !== undefined && wireTypeOf(rule) !== wireType) return false;
    at = skipNumber(wireType, bytes, at, end);
    if (at < 0) return false;
  }
  return true;
}

/** Whether a length-delimited field holds what its rule says. */
function holds(rule: WireRule, bytes: Uint8Array, at: number, end: number, depth: number): boolean {
  switch (rule.form) {
    case "text":
      return isText(bytes, at, end);
    case "bytes":
      return true;
    case "message":
      return walk(rule.message, bytes, at, end, depth + 1);
    case "varint":
      return rule.packed && areVarints(bytes, at, end);
    case "fixed64":
      return rule.packed && (end - at) % 8 === 0;
    case "fixed32":
      return rule.packed && (end - at) % 4 === 0;
  }
}

function wireTypeOf(rule: WireRule): number {
  if (rule.form === "varint") return VARINT;
  if (rule.form === "fixed64") return FIXED64;
  return rule.form === "fixed32" ? FIXED32 : LENGTH_DELIMITED;
}

/** The position behind a number of this wire type, -1 where it is cut off or no number at all. */
function skipNumber(wireType: number, bytes: Uint8Array, at: number, end: number): number {
  if (wireType === VARINT) return skipVarint(bytes, at, end);
  const width = wireType === FIXED64 ? 8 : wireType === FIXED32 ? 4 : -1;
  return width < 0 || at + width > end ? -1 : at + width;
}

function isText(bytes: Uint8Array, at: number, end: number): boolean {
  for (let i = at; i < end; i++) {
    if ((bytes[i] ?? 0) >= 0x80) return isUtf8(bytes.subarray(i, end));
  }
  return true;
}

function areVarints(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at >= 0 && at < end) at = skipVarint(bytes, at, end);
  return at === end;
}

/** The position behind a varint, -1 where it is cut off or holds more than 64 bits. */
function skipVarint(bytes: Uint8Array, start: number, end: number): number {
  const last = Math.min(end, start + 10);
  for (let at = start; at < last; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) return at === start + 9 && byte > 1 ? -1 : at + 1;
  }
  return -1;
}

/** A varint of at most 32 bits in at most five bytes, -1 where it is cut off or larger. */
function readUint32(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  let scale = 1;
  const last = Math.min(end, start + 5);
  for (let at = start; at < last; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value > MAX_TAG ? -1 : value;
    scale *= 128;
  }
  return -1;
}
