import { answerText } from "./node-types.js";
import { type MetricsRouteParts, metricsRoute } from "./metrics-route.js";
import type { PlainHandler } from "./port-options.js";

/** Whether the hub can do what it is for, and why not. */
export interface Probed {
  ready(): boolean;
  reason(): string | undefined;
}

/**
 * What is no rpc. `/` says to a person with a browser where they are; `/healthz`: the process answers; `/readyz`: a
 * write reaches the store and a session can open; `/metrics`: figures for Prometheus.
 */
export function plainRoutes(
  probed: Probed,
  version: string,
  metrics: MetricsRouteParts,
): ReadonlyMap<string, PlainHandler> {
  return new Map<string, PlainHandler>([
    ["/", (_request, response) => answerText(response, 200, welcome(version))],
    ["/metrics", metricsRoute(metrics)],
    ["/healthz", (_request, response) => answerText(response, 200, "ok")],
    [
      "/readyz",
      (_request, response) => {
        const reason = probed.reason();
        if (reason === undefined) answerText(response, 200, "ready");
        else answerText(response, 503, `not ready: ${reason}`);
      },
    ],
  ]);
}

function welcome(version: string): string {
  return [
    `Backrest Hub ${version}`,
    "",
    "Backrest instances sync with this address, and Connect, gRPC and gRPC-Web clients read from it.",
    "Operators call it with the token in the file admin-token of the hub's data directory:",
    "",
    "  backrest-hub states",
    "  backrest-hub peers list",
  ].join("\n");
}
