import type { Exposition, Scrape } from "./exposition.js";
import type { MetricSources } from "./sources.js";

/** Loads the library at the first scrape: most hubs are started to sync, and should listen as soon as they can. */
export function metricsOf(sources: MetricSources): () => Promise<Scrape> {
  let loading: Promise<Exposition> | undefined;
  return async () => {
    loading ??= import("./exposition.js").then((module) => new module.Exposition(sources));
    return (await loading).scrape();
  };
}
