import type { IngestMeter } from "./ingest-meter.js";
import type { FleetSource } from "./fleet-source.js";

/** One machine as its connection goes. */
export interface ConnectedRow {
  readonly instance: string;
  readonly connected: boolean;
}

export interface StoreSize {
  readonly peers: number;
  readonly operations: number;
  readonly removed: number;
  readonly poison: number;
  readonly logBytes: number;
  /** Of the database and what stands beside it, by kind. */
  readonly fileBytes: Readonly<Record<string, number>>;
  /** Of the file system that they are on, and what the hub may still take of it. */
  readonly diskBytes: number;
  readonly diskFreeBytes: number;
}

/** Where `/metrics` gets its figures: asked once a scrape, and never between. */
export interface MetricSources {
  readonly version: string;
  readonly startedMs: number;
  readonly ready: () => boolean;
  readonly store: () => Promise<StoreSize>;
  readonly instances: () => readonly ConnectedRow[];
  readonly fleet: FleetSource;
  readonly ingest: IngestMeter;
  /** By cause, since the start. */
  readonly refusals: () => ReadonlyMap<string, number>;
  /** What there is at the moment, by its name and a kind: sessions, connections, watchers, queues. */
  readonly levels: () => Levels;
}

export interface Levels {
  readonly sessions: number;
  readonly sessionsOpening: number;
  readonly connections: number;
  readonly keyExchangesWaiting: number;
  readonly ingestQueueBytes: number;
  readonly ingestQueueMaxBytes: number;
  readonly stateWatchers: number;
  readonly operationWatchers: number;
  readonly machinesNeedAttention: number;
}
