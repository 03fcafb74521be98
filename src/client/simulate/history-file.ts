import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import { type Operation, OperationSchema } from "../../../gen/v1/operations_pb.js";
import { History, type HistoryKeeper, type HistoryOptions } from "../history.js";

/** A history that outlives its process. */
export interface KeptHistory {
  readonly history: History;
  close(): void;
}

type Line = { readonly put: JsonValue } | { readonly gone: readonly string[] };

/**
 * A history in a file of JSON lines: each change is appended, and opening it writes it anew with what is left. A last
 * line that was cut short by the end of a process is no part of it.
 * @throws Error naming the file and the line when it holds anything else
 */
export function openHistoryFile(path: string, options: HistoryOptions): KeptHistory {
  const operations = existsSync(path) ? readOperations(path) : new Map<bigint, Operation>();
  const fd = openSync(rewritten(path, operations.values()), "a", 0o600);
  const append = (line: Line): void => void writeSync(fd, `${JSON.stringify(line)}\n`);
  const keeper: HistoryKeeper = {
    put: (operation) => append({ put: toJson(OperationSchema, operation) }),
    gone: (ids) => append({ gone: ids.map(String) }),
  };
  const history = new History({ ...options, keeper });
  history.load(operations.values());
  return { history, close: () => closeSync(fd) };
}

function readOperations(path: string): Map<bigint, Operation> {
  const operations = new Map<bigint, Operation>();
  const lines = readFileSync(path, "utf8").split("\n");
  // Whole lines end with a line feed, so what is behind the last one was cut short or is empty.
  lines.pop();
  for (const [n, text] of lines.entries()) {
    try {
      apply(JSON.parse(text), operations);
    } catch (cause) {
      throw new Error(`${path}: line ${n + 1} is no change of a history; move the file away to begin anew`, { cause });
    }
  }
  return operations;
}

function apply(line: unknown, operations: Map<bigint, Operation>): void {
  if (!isLine(line)) throw new Error("neither an operation nor ids");
  if ("gone" in line) {
    for (const id of line.gone) operations.delete(BigInt(id));
    return;
  }
  const operation = fromJson(OperationSchema, line.put);
  operations.set(operation.id, operation);
}

function isLine(line: unknown): line is Line {
  return line instanceof Object && ("put" in line || ("gone" in line && Array.isArray(line.gone)));
}

/** Whole or not at all: a new file takes the place of the old one. */
function rewritten(path: string, operations: Iterable<Operation>): string {
  const fresh = `${path}.new`;
  const fd = openSync(fresh, "w", 0o600);
  for (const operation of operations) {
    writeSync(fd, `${JSON.stringify({ put: toJson(OperationSchema, operation) })}\n`);
  }
  fsyncSync(fd);
  closeSync(fd);
  renameSync(fresh, path);
  return path;
}
