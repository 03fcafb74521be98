import { WIRE_BYTES, endOfNumber, readUint32, skipVarint } from "./wire-reader.js";

/**
 * Where an operation names its logs, as positions in its bytes; a start of -1 where it names none. Peers choose these
 * names themselves and may choose the same ones, so readers see them behind the hub's id of the operation; see
 * {@link hubLogRef}.
 */
export interface LogRefs {
  /** `logref` of the operation. */
  readonly start: number;
  readonly end: number;
  /** The member of `op` that holds the `output_logref`, 0 where there is none. */
  readonly outputKind: number;
  readonly outputStart: number;
  readonly outputEnd: number;
}

/** A log as readers name it. */
export interface HubLogRef {
  /** The hub's id of the operation. */
  readonly operationId: bigint;
  /** The peer's own name of the log. */
  readonly ref: string;
}

/** The longest name of a log, in UTF-16 units, that a peer is asked for. */
const MAX_ASKED_LENGTH = 128;

// v1.Operation
const FIELD_LOGREF = 9;
const FIRST_KIND = 100;
const LAST_KIND = 108;
/** `output_logref` in each of the members that have one. */
const FIELD_OUTPUT_LOGREF = 2;
/** `operation_prune`, `operation_run_hook`, `operation_check` and `operation_run_command`. */
const KINDS_WITH_OUTPUT: ReadonlySet<number> = new Set([103, 106, 107, 108]);

const NONE: LogRefs = { start: -1, end: -1, outputKind: 0, outputStart: -1, outputEnd: -1 };

/** Looks for the names in an operation that is well formed: of each the last one counts, an empty one is none. */
export function findLogRefs(body: Uint8Array): LogRefs {
  const limit = body.byteLength;
  const output = { kind: 0, start: -1, end: -1 };
  let start = -1;
  let end = -1;
  let at = 0;
  while (at >= 0 && at < limit) {
    const tag = readUint32(body, at, limit);
    at = skipVarint(body, at, limit);
    if (tag < 8 || at < 0) break;
    if ((tag & 7) !== WIRE_BYTES) {
      at = endOfNumber(tag & 7, body, at, limit);
      continue;
    }
    const length = readUint32(body, at, limit);
    if (length < 0) break;
    const from = skipVarint(body, at, limit);
    at = from + length;
    if (at > limit) break;
    const number = tag >>> 3;
    if (number === FIELD_LOGREF) {
      start = from;
      end = at;
    } else if (number >= FIRST_KIND && number <= LAST_KIND) {
      // Members exclude each other; pieces of the same one belong together.
      if (output.kind !== number) output.start = output.end = -1;
      output.kind = number;
      if (KINDS_WITH_OUTPUT.has(number)) findOutput(body, from, at, output);
    }
  }
  const named = end > start;
  const hasOutput = output.end > output.start;
  if (!named && !hasOutput) return NONE;
  return {
    start: named ? start : -1,
    end: named ? end : -1,
    outputKind: hasOutput ? output.kind : 0,
    outputStart: hasOutput ? output.start : -1,
    outputEnd: hasOutput ? output.end : -1,
  };
}

/** The names themselves, without those that are empty. */
export function logNames(body: Uint8Array): string[] {
  const { start, end, outputStart, outputEnd } = findLogRefs(body);
  const names: string[] = [];
  for (const [from, to] of [
    [start, end],
    [outputStart, outputEnd],
  ] as const) {
    if (from >= 0) names.push(Buffer.from(body.buffer, body.byteOffset + from, to - from).toString());
  }
  return names;
}

/** How readers name a log: no two operations of the hub have the same id, so no two peers' logs have the same name. */
export function hubLogRef({ operationId, ref }: HubLogRef): string {
  return `o${operationId}.${ref}`;
}

/** Undefined for what is no name of the hub's making. */
export function parseHubLogRef(text: string): HubLogRef | undefined {
  const match = /^o([1-9][0-9]{0,18})\.(.+)$/s.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const operationId = BigInt(match[1]);
  return operationId > 0x7fff_ffff_ffff_ffffn ? undefined : { operationId, ref: match[2] };
}

/**
 * Whether a peer is asked for a log of this name. The hub keeps logs in its database and never makes a file of a name,
 * but what it asks for may become one at the peer: nothing that leads out of a directory is ever asked.
 */
export function isAskableLog(ref: string): boolean {
  return ref.length <= MAX_ASKED_LENGTH && /^[A-Za-z0-9_][A-Za-z0-9_.:=+-]*$/.test(ref);
}

function findOutput(body: Uint8Array, from: number, limit: number, output: { start: number; end: number }): void {
  let at = from;
  while (at >= 0 && at < limit) {
    const tag = readUint32(body, at, limit);
    at = skipVarint(body, at, limit);
    if (tag < 8 || at < 0) return;
    if ((tag & 7) !== WIRE_BYTES) {
      at = endOfNumber(tag & 7, body, at, limit);
      continue;
    }
    const length = readUint32(body, at, limit);
    if (length < 0) return;
    const start = skipVarint(body, at, limit);
    at = start + length;
    if (at > limit) return;
    if (tag >>> 3 !== FIELD_OUTPUT_LOGREF) continue;
    output.start = start;
    output.end = at;
  }
}
