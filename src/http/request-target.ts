import { isIPv6 } from "node:net";
import type { NodeServerRequest } from "./node-types.js";

/**
 * What is wrong with the target of a request, in words for the person who sent it; undefined when nothing is. Connect
 * builds a URL from authority and path, and its adapter throws where that fails.
 */
export function targetProblem(request: NodeServerRequest): string | undefined {
  mendAuthority(request);
  const authority = authorityOf(request);
  if (authority === undefined || authority === "") return "the request names no host; send a Host header";
  const base = AUTHORITY.test(authority) ? tryUrl(`http://${authority}/`) : undefined;
  if (base === undefined || hostCount(request) > 1) {
    return "the Host of the request is not a host name or address with an optional port, such as hub.example:9898";
  }
  const path = request.url ?? "";
  const url = path.startsWith("/") && !path.startsWith("//") ? tryUrl(path, base) : undefined;
  if (url === undefined || url.host !== base.host) {
    return "the target of the request is not a path; send one that begins with a single /, such as /healthz";
  }
  return undefined;
}

/** A name or an IPv4 address, or an IPv6 address in brackets; then perhaps a port. */
const AUTHORITY = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i;

function authorityOf(request: NodeServerRequest): string | undefined {
  return "authority" in request ? request.authority : request.headers.host;
}

/** Node's own HTTP/2 client leaves the brackets of an IPv6 address away, and clients in Node are welcome. */
function mendAuthority(request: NodeServerRequest): void {
  if (!("authority" in request)) return;
  const [, address = "", port = ""] = /^([0-9a-f:.]+)(:\d{1,5})$/i.exec(request.authority) ?? [];
  if (isIPv6(address)) request.headers[":authority"] = `[${address}]${port}`;
}

function hostCount(request: NodeServerRequest): number {
  return request.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host").length;
}

function tryUrl(input: string, base?: URL): URL | undefined {
  try {
    return new URL(input, base);
  } catch {
    return undefined;
  }
}
