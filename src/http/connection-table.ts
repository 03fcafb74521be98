import type { Socket } from "node:net";
import { type Networks, ownerOf } from "../networks.js";
import type { PortReason } from "../refusal.js";
import { PortConnection } from "./port-connection.js";
import type { PortLimits } from "./port-limits.js";

/** All connections of a port, and how many each address has. */
export class ConnectionTable {
  readonly #limits: PortLimits;
  readonly #proxyLimits: PortLimits;
  readonly #trustedProxies: Networks;
  readonly #connections = new Set<PortConnection>();
  readonly #perOwner = new Map<string, number>();
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
    const count = (this.#perOwner.get(owner) ?? 0) + 1;
    if (count > limits.connectionsPerAddress || this.#connections.size >= limits.connections) {
      this.#refused(peer, "too many connections");
      socket.destroy();
      return undefined;
    }
    this.#perOwner.set(owner, count);
    const refused = (reason: PortReason): void => this.#refused(peer, reason);
    const connection = new PortConnection({ socket, peer, limits, now, refused });
    this.#connections.add(connection);
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
    const count = (this.#perOwner.get(owner) ?? 1) - 1;
    if (count > 0) this.#perOwner.set(owner, count);
    else this.#perOwner.delete(owner);
  }
}
