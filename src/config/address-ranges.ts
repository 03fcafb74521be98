import { BlockList, isIP } from "node:net";

/** A set of IPv4 and IPv6 networks. */
export class AddressRanges {
  /** The networks as they were written. */
  readonly texts: readonly string[];
  readonly #list = new BlockList();

  /** @param texts each a network (`10.8.0.0/24`) or an address; check them with {@link AddressRanges.isRange} first */
  constructor(texts: readonly string[]) {
    this.texts = Object.freeze([...texts]);
    for (const text of texts) {
      const [address = "", prefix] = text.split("/");
      const family = isIP(address) === 6 ? "ipv6" : "ipv4";
      if (prefix === undefined) this.#list.addAddress(address, family);
      else this.#list.addSubnet(address, Number(prefix), family);
    }
    Object.freeze(this);
  }

  static isRange(text: string): boolean {
    const match = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text);
    const family = isIP(match?.[1] ?? "");
    return family !== 0 && Number(match?.[2] ?? 0) <= (family === 6 ? 128 : 32);
  }

  /** Whether the address belongs to one of the networks. An IPv4 address may come in its IPv6 form (`::ffff:10.8.0.1`). */
  has(address: string): boolean {
    const bare = address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
    const family = isIP(bare);
    return family !== 0 && this.#list.check(bare, family === 6 ? "ipv6" : "ipv4");
  }

  get empty(): boolean {
    return this.texts.length === 0;
  }

  toJSON(): readonly string[] {
    return this.texts;
  }
}
