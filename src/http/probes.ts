import { answerText } from "./node-types.js";
import type { PlainHandler } from "./port-options.js";

/** Whether the hub can do what it is for, and why not. */
export interface Probed {
  ready(): boolean;
  reason(): string | undefined;
}

/** `/healthz`: the process answers. `/readyz`: a write reaches the store and a session can open. */
export function probeRoutes(probed: Probed): ReadonlyMap<string, PlainHandler> {
  return new Map<string, PlainHandler>([
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
