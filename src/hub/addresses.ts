import type { HubConfig } from "../config.js";
import type { CertificateFiles } from "../http/certificate.js";
import type { PortLimits } from "../http/port-limits.js";

/** Every address of this machine, of both families. */
const EVERY_ADDRESS = "::";

export function hostOf({ listen }: HubConfig): string {
  return listen.host ?? EVERY_ADDRESS;
}

/** Where a hub listens, for people. */
export function urlOf(config: HubConfig, port: number): string {
  const host = hostOf(config);
  const scheme = config.tlsCert === undefined ? "http" : "https";
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

export function certificateFiles({ tlsCert, tlsKey }: HubConfig): CertificateFiles | undefined {
  return tlsCert === undefined || tlsKey === undefined ? undefined : { certFile: tlsCert, keyFile: tlsKey };
}

export function portLimits({ limits }: HubConfig): Partial<PortLimits> {
  return {
    sniffMs: limits.firstBytesTimeoutMs,
    firstRequestMs: limits.requestTimeoutMs,
    unknownBodyMs: limits.requestTimeoutMs,
    unknownBodyBytes: limits.openingMaxBytes,
    messageBytes: limits.messageMaxBytes,
    unreadResponseMs: limits.watcherStallTimeoutMs,
    connectionsPerAddress: limits.maxConnectionsPerAddress,
    connections: limits.maxConnections,
    idleMs: limits.idleTimeoutMs,
    windowMs: limits.floodWindowMs,
    resetStreams: limits.maxPeerResets,
    unknownRequests: limits.maxUnauthenticatedStreams,
    idleBytes: limits.maxIdleBytes,
    concurrentStreams: limits.maxStreamsPerConnection,
    sessionMemoryMb: Math.ceil(limits.connectionMemoryBytes / (1 << 20)),
    headerBytes: limits.headerMaxBytes,
    resetBurst: limits.resetBurst,
    resetRate: limits.resetRate,
    invalidFrames: limits.maxInvalidFrames,
    rejectedStreams: limits.maxRejectedStreams,
  };
}
