import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";
import { HubError } from "./errors.js";

/** A set of IP networks that the operator named. */
export interface Networks {
  /** As they were written. */
  readonly texts: readonly string[];
  /** True when nothing was named. */
  readonly empty: boolean;
  /** Whether an address without a port lies in one of the networks. What is no address lies in none. */
  contains(address: string | undefined): boolean;
}

/**
 * Reads networks in CIDR notation ("10.8.0.0/24", "fd00::/8") or single addresses ("10.8.0.7").
 *
 * @throws HubError `invalid_argument` that names the entry which is neither.
 */
export function parseNetworks(list: readonly string[]): Networks {
  const blocks = new BlockList();
  for (const entry of list) addNetwork(blocks, entry.trim());
  return {
    texts: list.map((entry) => entry.trim()),
    empty: list.length === 0,
    contains(address) {
      if (address === undefined) return false;
      const plain = plainAddress(address);
      if (isIPv4(plain)) return blocks.check(plain, "ipv4");
      return isIPv6(plain) && blocks.check(plain, "ipv6");
    },
  };
}

/**
 * An address as it is compared and shown: without a zone ("fe80::1%eth0"), and IPv4 where IPv6 only wraps it
 * ("::ffff:10.0.0.1").
 */
export function plainAddress(address: string): string {
  const unzoned = address.replace(/%.*$/, "");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(unzoned)?.[1];
  return mapped ?? unzoned;
}

/** Whether an address belongs to this machine alone: 127.0.0.0/8 or ::1. */
export function isLoopback(address: string): boolean {
  return LOOPBACK.contains(address);
}

/**
 * The part of an address that one party is taken to own: the whole of an IPv4 address, the /64 of an IPv6 one
 * (hosting providers hand out no less, so that single addresses would not count anything).
 */
export function ownerOf(address: string): string {
  const plain = plainAddress(address);
  if (!isIPv6(plain)) return plain;
  return `${ipv6Groups(plain).slice(0, 4).join(":")}::/64`;
}

const LOOPBACK = parseNetworks(["127.0.0.0/8", "::1"]);

function addNetwork(blocks: BlockList, entry: string): void {
  const [rawAddress = "", rawPrefix, ...rest] = entry.split("/");
  const address = plainAddress(rawAddress);
  const version = isIP(address);
  const widest = version === 4 ? 32 : 128;
  const prefix = rawPrefix === undefined ? widest : /^\d{1,3}$/.test(rawPrefix) ? Number(rawPrefix) : Number.NaN;
  if (version === 0 || rest.length > 0 || !(prefix >= 0 && prefix <= widest)) {
    throw new HubError(
      "invalid_argument",
      `"${entry}" is not a network: write an address or a network such as 10.8.0.0/24 or fd00::/8`,
    );
  }
  blocks.addSubnet(address, prefix, version === 4 ? "ipv4" : "ipv6");
}

/** The eight groups of an IPv6 address without leading zeros. */
function ipv6Groups(address: string): string[] {
  // A dotted tail stands for the last two groups, which no caller looks at.
  const [head = "", tail] = address.replace(/\d+\.\d+\.\d+\.\d+$/, "0:0").split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const middle = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => "0");
  return [...left, ...middle, ...right].map((group) => Number.parseInt(group, 16).toString(16));
}
