import { constants, createGzip, gzip } from "node:zlib";
import { pipeline } from "node:stream";
import { promisify } from "node:util";
import { encodeEnvelope, type UniversalServerResponse } from "@connectrpc/connect/protocol";
import type { RawAnswer } from "../request-context.js";

/** As Connect's own: smaller ones are not worth it. */
const COMPRESSED_FROM_BYTES = 1_024;
/** Operations repeat themselves so much that more effort would gain little. */
const GZIP = { level: constants.Z_BEST_SPEED };
const COMPRESSED_FLAG = 1;

const gzipped = promisify(gzip);

/**
 * Lets the bytes that a handler gave past Connect take the place of the empty message that it returned. Connect would
 * copy them twice and compress the whole of them; here they go out as they are, in pieces, at the caller's speed.
 *
 * @param given what the handler gave, known once the answer's first chunk is there
 */
export function withRawAnswer(
  answer: UniversalServerResponse,
  requestHeader: Headers,
  given: () => RawAnswer | undefined,
): UniversalServerResponse {
  const { body } = answer;
  if (body === undefined) return answer;
  const header = new Headers(answer.header);
  return { ...answer, header, body: replaced(body, requestHeader, header, given) };
}

async function* replaced(
  body: AsyncIterable<Uint8Array>,
  requestHeader: Headers,
  header: Headers,
  given: () => RawAnswer | undefined,
): AsyncGenerator<Uint8Array> {
  let first = true;
  for await (const chunk of body) {
    const raw = first ? given() : undefined;
    first = false;
    // Connect counted the empty message.
    if (raw !== undefined) header.delete("content-length");
    if (raw === undefined) yield chunk;
    else if (isEnveloped(requestHeader)) yield* enveloped(raw, requestHeader, header);
    else yield* plain(raw, requestHeader, header);
  }
}

/** Connect's unary answers are the message and nothing else. */
function plain(raw: RawAnswer, requestHeader: Headers, header: Headers): AsyncIterable<Uint8Array> {
  if (raw.byteLength < COMPRESSED_FROM_BYTES || !takesGzip(requestHeader, "accept-encoding")) return raw.pieces();
  header.set("content-encoding", "gzip");
  return pipeline(raw.pieces(), createGzip(GZIP), () => {
    // A reader that left is no news, and a source that failed ends the stream with its error.
  });
}

/** gRPC says how long a message is before it comes. */
async function* enveloped(raw: RawAnswer, requestHeader: Headers, header: Headers): AsyncGenerator<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of raw.pieces()) pieces.push(piece);
  const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  if (length >= COMPRESSED_FROM_BYTES && takesGzip(requestHeader, "grpc-accept-encoding")) {
    header.set("grpc-encoding", "gzip");
    yield encodeEnvelope(COMPRESSED_FLAG, await gzipped(Buffer.concat(pieces), GZIP));
    return;
  }
  const head = new Uint8Array(5);
  new DataView(head.buffer).setUint32(1, length);
  yield head;
  yield* pieces;
}

function isEnveloped(requestHeader: Headers): boolean {
  return /^application\/grpc/i.test(requestHeader.get("content-type") ?? "");
}

function takesGzip(requestHeader: Headers, name: string): boolean {
  const encodings = requestHeader.get(name)?.split(",") ?? [];
  return encodings.some((encoding) => /^\s*gzip\s*(?:;(?!\s*q=0(?:\.0*)?\s*$).*)?$/i.test(encoding));
}
