import { ConnectionState } from "../../gen/v1sync/syncservice_pb.js";
import { fleetRows } from "../metrics/fleet-rows.js";
import { metricsOf } from "../metrics/lazy.js";
import { storeSize } from "../metrics/store-size.js";
import type { ServingParts } from "./serving.js";

type MetricsParts = Pick<ServingParts, "ground" | "watched" | "syncing" | "readiness" | "startedMs">;

/** What `/metrics` shows of a hub. */
export function hubMetrics(
  { ground, watched, syncing, readiness, startedMs }: MetricsParts,
  connections: () => number,
): ReturnType<typeof metricsOf> {
  const { store, version, directory, config } = ground;
  const { board, status, fleet, ingest, refusals, registry, pipeline, feed } = watched;
  return metricsOf({
    version,
    startedMs,
    ready: () => readiness.ready(),
    store: () => storeSize(store, directory.paths.database),
    instances: () =>
      board
        .list()
        .filter(({ peerKeyid }) => !status.isStranger(peerKeyid))
        .map(({ peerInstanceId: instance, state }) => ({ instance, connected: state === ConnectionState.CONNECTED })),
    fleet: () => fleetRows(fleet.snapshot()),
    ingest,
    refusals: () => refusals.counts,
    levels: () => ({
      sessions: registry.connected,
      sessionsOpening: registry.open - registry.connected,
      connections: connections(),
      keyExchangesWaiting: syncing.turns.waiting,
      ingestQueueBytes: pipeline.queuedBytes,
      ingestQueueMaxBytes: config.limits.totalQueueMaxBytes,
      stateWatchers: board.watchers,
      operationWatchers: feed.watchers,
      machinesNeedAttention: fleet.summary().needAttention,
    }),
  });
}
