import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";

/** A request as Node's HTTP/1.1 server or the compatible face of its HTTP/2 server gives it. */
export type NodeServerRequest = IncomingMessage | Http2ServerRequest;
export type NodeServerResponse = ServerResponse | Http2ServerResponse;

/** Answers with a sentence for a person, unless an answer is under way already. */
export function answerText(response: NodeServerResponse, status: number, text: string): void {
  if (response.headersSent || response.destroyed || response.writableEnded) return;
  const body = Buffer.from(`${text}\n`);
  response.statusCode = status;
  response.setHeader("content-type", "text/plain; charset=utf-8");
  response.setHeader("content-length", body.byteLength);
  response.end(body);
}

/** The code of an error that Node raised, such as "ENOENT". */
export function nodeErrorCode(error: unknown): string | undefined {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
