import type { IncomingHttpHeaders } from "node:http";
import type { Networks } from "../networks.js";
import { isLoopback, plainAddress } from "../networks.js";

/** Who called, as far as the transport tells. */
export interface Caller {
  /** Without port or zone. */
  readonly address: string;
  readonly encrypted: boolean;
  readonly loopback: boolean;
}

/**
 * Finds the caller behind the proxies that the operator trusts. The headers of anybody else change nothing but one
 * thing: whatever comes from this machine with them comes from a proxy, so its caller is not taken for a local one.
 */
export function findCaller(options: {
  /** The other end of the socket. */
  readonly peer: string;
  /** Whether the socket speaks TLS. */
  readonly tls: boolean;
  readonly headers: IncomingHttpHeaders;
  readonly trustedProxies: Networks;
}): Caller {
  const { peer, tls, headers, trustedProxies } = options;
  const forwarded = readForwarded(headers);
  const loopback = isLoopback(peer) && !forwarded.present;
  if (!forwarded.present || !trustedProxies.contains(peer)) return { address: peer, encrypted: tls, loopback };
  const address = rightmostUntrusted(forwarded.addresses, trustedProxies) ?? peer;
  return { address, encrypted: forwarded.https, loopback };
}

interface Forwarded {
  /** Whether any proxy left a trace. */
  readonly present: boolean;
  /** From the caller to the nearest proxy; entries that are no addresses are kept, and trusted by nobody. */
  readonly addresses: readonly string[];
  /** Whether every proxy that said so was called over https. */
  readonly https: boolean;
}

function readForwarded(headers: IncomingHttpHeaders): Forwarded {
  const elements = list(headers["forwarded"]).map(forwardedElement);
  const addresses = list(headers["x-forwarded-for"]);
  const schemes = list(headers["x-forwarded-proto"]);
  const allAddresses = addresses.length > 0 ? addresses : elements.flatMap(({ address }) => address ?? []);
  const allSchemes = schemes.length > 0 ? schemes : elements.flatMap(({ scheme }) => scheme ?? []);
  return {
    present: allAddresses.length > 0 || allSchemes.length > 0 || elements.length > 0,
    addresses: allAddresses.map(withoutPort),
    https: allSchemes.length > 0 && allSchemes.every((scheme) => scheme.toLowerCase() === "https"),
  };
}

function rightmostUntrusted(addresses: readonly string[], trusted: Networks): string | undefined {
  return addresses.findLast((address) => !trusted.contains(address)) ?? addresses[0];
}

/** One element of RFC 7239's header: `for="[2001:db8::1]:4711";proto=https`. */
function forwardedElement(element: string): { address: string | undefined; scheme: string | undefined } {
  const pairs = new Map<string, string>();
  for (const pair of element.split(";")) {
    const [name = "", value = ""] = pair.split("=", 2);
    pairs.set(name.trim().toLowerCase(), value.trim().replaceAll('"', ""));
  }
  return { address: pairs.get("for"), scheme: pairs.get("proto") };
}

function list(value: string | string[] | undefined): string[] {
  const joined = Array.isArray(value) ? value.join(",") : (value ?? "");
  return joined
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

function withoutPort(address: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(address)?.[1];
  if (bracketed !== undefined) return plainAddress(bracketed);
  return plainAddress(/^([^:]+):\d+$/.exec(address)?.[1] ?? address);
}
