import type { Operation } from "../../../../gen/v1/operations_pb.js";

/** What is read of a log at most; a hub keeps no more than 4 MiB. */
export const MOST_BYTES = 8 << 20;
/** What is shown of a long one before somebody asks for all: a failure stands at its end. */
export const SHOWN_CHARACTERS = 60_000;

const WORDS = /^(?:the (?:hub|machine|operation|log)\b|this log\b)[^\n]{0,400}$/u;

/** The hub's words, where there is no log: it answers with a sentence instead. */
export function wordsInstead(text: string): string | undefined {
  return WORDS.test(text) ? text : undefined;
}

/** The end of a long text, from the beginning of a line on. */
export function endOf(text: string, most = SHOWN_CHARACTERS): string {
  if (text.length <= most) return text;
  const end = text.slice(-most);
  const line = end.indexOf("\n");
  return line === -1 || line > most / 2 ? end : end.slice(line + 1);
}

/** The hub's names of the logs of an operation, without the empty ones. */
export function logRefs({ logref, op }: Pick<Operation, "logref" | "op">): readonly string[] {
  const { value } = op;
  const output = value !== undefined && "outputLogref" in value ? value.outputLogref : "";
  return [...new Set([logref, output])].filter((ref) => ref !== "");
}
