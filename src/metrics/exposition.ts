import { setImmediate } from "node:timers/promises";
import { collectDefaultMetrics, Registry } from "prom-client";
import { fleetGauges } from "./fleet-gauges.js";
import { flowGauges, hubGauges, storeGauges } from "./hub-gauges.js";
import type { MetricSources } from "./sources.js";

/** A scrape, as it is sent. */
export interface Scrape {
  readonly contentType: string;
  readonly text: string;
}

/** All figures of the hub and of its fleet in Prometheus' text format, made when they are asked for. */
export class Exposition {
  readonly #registry = new Registry();
  readonly #refresh: readonly (() => void | Promise<void>)[];
  #running: Promise<Scrape> | undefined;

  constructor(sources: MetricSources, now: () => number = () => performance.now()) {
    const registry = this.#registry;
    this.#refresh = [
      hubGauges(registry, sources),
      flowGauges(registry, sources, now),
      storeGauges(registry, sources),
      fleetGauges(registry, sources.fleet),
    ];
    // The process itself: CPU, memory, open files, and the delay of the event loop since the last scrape.
    collectDefaultMetrics({ register: registry });
  }

  /** Who asks while one is being made gets the same. */
  scrape(): Promise<Scrape> {
    this.#running ??= this.#make().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #make(): Promise<Scrape> {
    const registry = this.#registry;
    for (const refresh of this.#refresh) await refresh();
    const texts: string[] = [];
    // One after the other, and not all at once as the registry would: those of many plans are megabytes of text.
    for (const { name } of registry.getMetricsAsArray()) {
      texts.push(await registry.getSingleMetricAsString(name));
      await setImmediate();
    }
    return { contentType: registry.contentType, text: `${texts.join("\n\n")}\n` };
  }
}
