import { Counter, Gauge, type Registry } from "prom-client";
import { claimedText } from "../connections/claimed-text.js";
import { REFUSAL_CAUSES } from "../refusal.js";
import { INGEST_OUTCOMES } from "./ingest-meter.js";
import type { Levels, MetricSources } from "./sources.js";

/** Machines whose connection is shown. */
export const MAX_INSTANCES = 5_000;

const LEVELS: Readonly<Record<keyof Levels, readonly [name: string, help: string]>> = {
  sessions: ["peers_connected", "Machines that have a session."],
  sessionsOpening: ["sessions_opening", "Sync streams that have yet to prove whose they are."],
  connections: ["connections", "TCP connections that are open, of whatever protocol."],
  keyExchangesWaiting: ["key_exchanges_waiting", "Sessions that wait for their turn to exchange keys."],
  ingestQueueBytes: ["ingest_queue_bytes", "Bytes that were received and are not stored yet."],
  ingestQueueMaxBytes: [
    "ingest_queue_max_bytes",
    "Bytes from which on the hub ends the session with the most in the queue.",
  ],
  stateWatchers: ["state_watchers", "Readers who follow the states of the peers."],
  operationWatchers: ["operation_watchers", "Readers who follow the operations."],
  machinesNeedAttention: ["machines_need_attention", "Machines that need attention, as `fleet --check` counts them."],
};

/** @returns what sets the hub's own figures; to be called before the registry is read */
export function hubGauges(registry: Registry, sources: MetricSources): () => Promise<void> {
  const gauge = gaugesOf(registry);
  const about = gauge("info", "1; the label says which version of the hub runs.", ["version"]);
  const started = gauge("start_time_seconds", "When the hub started.");
  const ready = gauge("ready", "1 while a write reaches the store and a session can open.");
  const levels = LEVEL_NAMES.map((name) => [name, gauge(...LEVELS[name])] as const);
  return async () => {
    about.set({ version: sources.version }, 1);
    started.set(sources.startedMs / 1000);
    ready.set(sources.ready() ? 1 : 0);
    const now = sources.levels();
    for (const [name, level] of levels) level.set(now[name]);
  };
}

/** @returns what sets the figures of what comes in and what is refused */
export function flowGauges(registry: Registry, { ingest, refusals }: MetricSources, now: () => number): () => void {
  const gauge = gaugesOf(registry);
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `backrest_hub_${name}`, help, labelNames, registers: [registry] });
  const operations = counter("ingest_operations_total", "Operations that were stored, by what became of them.", [
    "outcome",
  ]);
  const messages = counter("ingest_messages_total", "Messages of operations that were stored.");
  const spent = counter("ingest_seconds_total", "Time from the receipt of messages to their commit, all together.");
  const slowest = gauge("ingest_slowest_seconds", "The longest that a message took in the last minute or two.");
  const refused = counter("refused_total", "Connections that were refused or ended badly, by cause.", ["cause"]);
  return () => {
    for (const each of [operations, messages, spent, refused]) each.reset();
    for (const outcome of INGEST_OUTCOMES) operations.inc({ outcome }, ingest.operations[outcome]);
    messages.inc(ingest.messages);
    spent.inc(ingest.totalMs / 1000);
    slowest.set(ingest.slowestMs(now()) / 1000);
    const counts = refusals();
    for (const cause of REFUSAL_CAUSES) refused.inc({ cause }, counts.get(cause) ?? 0);
  };
}

/** @returns what sets the figures of the store and of each machine's connection */
export function storeGauges(registry: Registry, { store, instances }: MetricSources): () => Promise<void> {
  const gauge = gaugesOf(registry);
  const peers = gauge("peers", "Machines that are let in.");
  const operations = gauge("store_operations", "Operations in the store, by whether their machine still has them.", [
    "state",
  ]);
  const poison = gauge("store_poison", "Operations that were skipped because they do not decode.");
  const logs = gauge("store_log_bytes", "Bytes of the logs that are kept.");
  const files = gauge("store_file_bytes", "Bytes of the database's files.", ["file"]);
  const disk = gauge("disk_bytes", "Size of the file system with the data directory.");
  const free = gauge("disk_free_bytes", "What the hub may still take of it.");
  const notShown = gauge("instances_not_shown", "Machines that are left out of backrest_instance_connected.");
  const connected = new Gauge({
    name: "backrest_instance_connected",
    help: "1 while the machine has a session, else 0.",
    labelNames: ["instance"],
    registers: [registry],
  });
  return async () => {
    const size = await store();
    peers.set(size.peers);
    operations.set({ state: "live" }, size.operations);
    operations.set({ state: "removed" }, size.removed);
    poison.set(size.poison);
    logs.set(size.logBytes);
    for (const [file, bytes] of Object.entries(size.fileBytes)) files.set({ file }, bytes);
    disk.set(size.diskBytes);
    free.set(size.diskFreeBytes);
    const rows = instances();
    connected.reset();
    for (const row of rows.slice(0, MAX_INSTANCES)) {
      connected.set({ instance: claimedText(row.instance) }, row.connected ? 1 : 0);
    }
    notShown.set(Math.max(0, rows.length - MAX_INSTANCES));
  };
}

const LEVEL_NAMES: readonly (keyof Levels)[] = [
  "sessions",
  "sessionsOpening",
  "connections",
  "keyExchangesWaiting",
  "ingestQueueBytes",
  "ingestQueueMaxBytes",
  "stateWatchers",
  "operationWatchers",
  "machinesNeedAttention",
];

function gaugesOf(registry: Registry) {
  return (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `backrest_hub_${name}`, help, labelNames, registers: [registry] });
}
