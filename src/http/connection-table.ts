import type { Socket } from "node:net";
import { type Networks, ownerOf } from "../networks.js";
import type { PortReason } from "../refusal.js";
import { PortConnection } from "./port-connection.js";
import type { PortLimits } from "./port-limits.js";

/** All connections of a port, and which each address has. */
export class ConnectionTable {
  readonly #limits: PortLimits;
  readonly #proxyLimits: PortLimits;
  readonly #trustedProxies: Networks;
  readonly #connections = new Set<PortConnection>();
  readonly #perOwner = new Map<string, Set<PortConnection>>();
  readonly #refused: (peer: string, reason: PortReason) => void;

  constructor(options: {
    limits: PortLimits;
    trustedProxies: Networks;
    refused: (peer: string, reason: PortReason) => void;
  }) {
    const { limits } = options;
    const factor = limits.trustedProxyFactor;
    this.#limits = limits;
    this.#proxyLimits = {
      ...limits,
      connectionsPerAddress: limits.connectionsPerAddress * factor,
      resetStreams: limits.resetStreams * factor,
      unknownRequests: limits.unknownRequests * factor,
      idleBytes: limits.idleBytes * factor,
      dataPieces: limits.dataPieces * factor,
      unknownPieces: limits.unknownPieces * factor,
    };
    this.#trustedProxies = options.trustedProxies;
    this.#refused = options.refused;
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Undefined when the address or the port has too many already; the socket is destroyed then. */
  add(socket: Socket, peer: string, now: number): PortConnection | undefined {
    const owner = ownerOf(peer);
    const limits = this.#trustedProxies.contains(peer) ? this.#proxyLimits : this.#limits;
    const siblings = this.#perOwner.get(owner) ?? new Set();
    if (siblings.size >= limits.connectionsPerAddress || this.#connections.size >= limits.connections) {
      this.#refused(peer, "too many connections");
      socket.destroy();
      return undefined;
    }
    const connection: PortConnection = new PortConnection({
      socket,
      peer,
      limits,
      now,
      refused: (reason) => this.#refused(peer, isSpare(connection, siblings, reason) ? "spare" : reason),
    });
    this.#connections.add(connection);
    this.#perOwner.set(owner, siblings.add(connection));
    socket.once("close", () => this.#remove(connection, owner));
    return connection;
  }

  sweep(now: number): void {
    for (const connection of this.#connections) connection.sweep(now);
  }

  drain(): void {
    for (const connection of this.#connections) connection.drain();
  }

  end(): void {
    for (const connection of this.#connections) connection.end();
  }

  #remove(connection: PortConnection, owner: string): void {
    this.#connections.delete(connection);
    const siblings = this.#perOwner.get(owner);
    siblings?.delete(connection);
    if (siblings?.size === 0) this.#perOwner.delete(owner);
  }
}

/** Browsers open more connections than they use, and say nothing on those that are left over. */
function isSpare(connection: PortConnection, siblings: ReadonlySet<PortConnection>, reason: PortReason): boolean {
  if (reason !== "protocol not told in time" || connection.socket.bytesRead > 0) return false;
  return [...siblings].some(({ used }) => used);
}
