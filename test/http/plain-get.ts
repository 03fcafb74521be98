import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";

export interface PlainAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A request exactly as given: nothing is followed, unpacked or tidied up. */
export async function get(
  url: string,
  headers: Readonly<Record<string, string>>,
  method = "GET",
): Promise<PlainAnswer> {
  const [, host = "", path = "/"] = /^http:\/\/([^/]+)(.*)$/.exec(url) ?? [];
  const [hostname = "", port = ""] = host.split(":");
  const sent = request({ hostname, port, path, method, headers: { ...headers, connection: "close" } });
  sent.end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  const pieces: Buffer[] = await answer.toArray();
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(pieces) };
}
