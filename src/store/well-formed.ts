import { isUtf8 } from "node:buffer";
import {
  WIRE_BYTES,
  WIRE_FIXED32,
  WIRE_FIXED64,
  WIRE_VARINT,
  endOfNumber,
  readUint32,
  skipVarint,
} from "./wire-reader.js";
import type { WireRule, WireTable } from "./wire-table.js";

/** Messages inside messages that are followed; `v1.Operation` needs five. */
const MAX_DEPTH = 32;

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
    if (wireType === WIRE_BYTES) {
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
    at = endOfNumber(wireType, bytes, at, end);
    if (at < 0) return false;
  }
  return true;
}

/** Whether a length-delimited field holds what its rule says. */
function holds(rule: WireRule, bytes: Uint8Array, at: number, end: number, depth: number): boolean {
  if (rule.form === "text") return isText(bytes, at, end);
  if (rule.form === "message") return walk(rule.message, bytes, at, end, depth + 1);
  if (rule.form === "bytes") return true;
  if (!rule.packed) return false;
  if (rule.form === "varint") return areVarints(bytes, at, end);
  return (end - at) % (rule.form === "fixed64" ? 8 : 4) === 0;
}

function wireTypeOf(rule: WireRule): number {
  if (rule.form === "varint") return WIRE_VARINT;
  if (rule.form === "fixed64") return WIRE_FIXED64;
  return rule.form === "fixed32" ? WIRE_FIXED32 : WIRE_BYTES;
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
