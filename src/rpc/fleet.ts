import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import {
  FleetService,
  type GetFleetRequest,
  type GetHistoryRequest,
  type SetInstanceHealthRequest,
  type WatchFleetResponse,
  WatchFleetResponseSchema,
} from "../../gen/hub/v1/fleet_pb.js";
import { type FleetBoard, noMachine } from "../connections/fleet-board.js";
import type { FleetChange } from "../connections/fleet-watcher.js";
import { HubError } from "../errors.js";
import { DAY_MS } from "../store/day-cells.js";
import type { Store } from "../store/store.js";
import { answered } from "./answered.js";
import { DirectStream } from "./direct-stream.js";
import { planHistory } from "./fleet-history.js";
import { instanceHealth, summaryMessage } from "./fleet-messages.js";
import { changedSettings } from "./fleet-settings.js";
import { closeOnAbort } from "./watch.js";

export interface FleetRoutesParts {
  readonly fleet: FleetBoard;
  readonly store: Pick<Store, "readDays">;
  readonly now: () => number;
  readonly keepAliveMs: number;
  readonly stallTimeoutMs: number;
}

const DEFAULT_DAYS = 90;
const MAX_DAYS = 366;
/** Plans made into messages before others have their turn. */
const PLANS_PER_TURN = 200;

/** `hub.v1.FleetService`: the verdicts on machines and plans. */
export function fleetRoutes(router: ConnectRouter, parts: FleetRoutesParts): void {
  const { fleet, stallTimeoutMs } = parts;
  const live = new DirectStream({ schema: WatchFleetResponseSchema, message: changeMessage, stallTimeoutMs });
  router.service(FleetService, {
    getFleet: (request) => answered(() => getFleet(parts, request)),
    watchFleet: (_request, context: HandlerContext) => live.pass(follow(parts, context.signal), context),
    getHistory: (request) => answered(() => getHistory(parts, request)),
    setInstanceHealth: (request: SetInstanceHealthRequest) =>
      answered(async () => {
        await fleet.ready();
        const nowMs = parts.now();
        const health = await fleet.configure(request.instanceId, changedSettings(request, nowMs));
        return { instance: instanceHealth(health, nowMs) };
      }),
  });
}

async function getFleet({ fleet }: FleetRoutesParts, { instanceIds }: GetFleetRequest) {
  await fleet.ready();
  const { summary, machines, atMs } = fleet.snapshot();
  const shown = instanceIds.length === 0 ? machines : instanceIds.map((id) => found(fleet, id).health);
  return {
    summary: summaryMessage(summary),
    instances: shown.map((machine) => instanceHealth(machine, atMs)),
    asOf: timestampFromMs(atMs),
  };
}

async function getHistory(
  { fleet, store, now }: FleetRoutesParts,
  { instanceIds, days, resultsOnly }: GetHistoryRequest,
) {
  if (days < 0 || days > MAX_DAYS) {
    throw new HubError(
      "invalid_argument",
      `days is ${days}; give a number from 1 to ${MAX_DAYS}, or 0 for ${DEFAULT_DAYS}`,
    );
  }
  await fleet.ready();
  const nowMs = now();
  const lastDay = Math.floor(nowMs / DAY_MS);
  const firstDay = lastDay - (days === 0 ? DEFAULT_DAYS : days) + 1;
  const peerIds = instanceIds.map((id) => found(fleet, id).peerId);
  const read = await store.readDays({ firstDay, lastDay, ...(peerIds.length === 0 ? {} : { peerIds }) });
  const plans = [];
  for (const [n, plan] of read.entries()) {
    if (n % PLANS_PER_TURN === PLANS_PER_TURN - 1) await new Promise((resolve) => setImmediate(resolve));
    const machine = fleet.byPeer(plan.peerId);
    if (machine !== undefined) plans.push(planHistory(plan, { machine, firstDay, nowMs, resultsOnly }));
  }
  plans.sort((a, b) => compare(a.instanceId, b.instanceId) || compare(a.planId, b.planId));
  return { firstDay: timestampFromMs(firstDay * DAY_MS), plans };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function found(fleet: FleetBoard, instanceId: string) {
  const machine = fleet.find(instanceId);
  if (machine === undefined) throw noMachine(instanceId);
  return machine;
}

const KEEP_ALIVE: FleetChange | { readonly machines?: undefined } = {};

async function* follow({ fleet, keepAliveMs }: FleetRoutesParts, signal: AbortSignal) {
  try {
    await fleet.ready();
    const watcher = fleet.watch();
    try {
      closeOnAbort(signal, watcher);
      while (!watcher.closed) {
        const change = await watcher.next(keepAliveMs);
        if (!watcher.closed) yield change ?? KEEP_ALIVE;
      }
    } finally {
      watcher.close();
    }
  } catch (reason) {
    throw HubError.from(reason).toConnectError();
  }
}

function changeMessage(change: typeof KEEP_ALIVE) {
  return change.machines === undefined ? create(WatchFleetResponseSchema) : fleetChangeMessage(change);
}

export function fleetChangeMessage({ machines, removed, summary, atMs }: FleetChange): WatchFleetResponse {
  return create(WatchFleetResponseSchema, {
    summary: summaryMessage(summary),
    instances: machines.map((machine) => instanceHealth(machine, atMs)),
    removed: [...removed],
    asOf: timestampFromMs(atMs),
  });
}
