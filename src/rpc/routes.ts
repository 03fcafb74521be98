import type { DescService } from "@bufbuild/protobuf";
import type { ConnectRouter } from "@connectrpc/connect";
import { Health } from "../../gen/grpc/health/v1/health_pb.js";
import { ConnectionService } from "../../gen/hub/v1/connections_pb.js";
import { AccessService } from "../../gen/hub/v1/access_pb.js";
import { BoardService } from "../../gen/hub/v1/board_pb.js";
import { HistoryService } from "../../gen/hub/v1/history_pb.js";
import { FleetService } from "../../gen/hub/v1/fleet_pb.js";
import { HubService } from "../../gen/hub/v1/hub_pb.js";
import { PairingService } from "../../gen/hub/v1/pairing_pb.js";
import { PeersService } from "../../gen/hub/v1/peers_pb.js";
import { Authentication } from "../../gen/v1/authentication_pb.js";
import { PushService } from "../../gen/hub/v1/pushes_pb.js";
import { Backrest } from "../../gen/v1/service_pb.js";
import { BackrestSyncService, BackrestSyncStateService } from "../../gen/v1sync/syncservice_pb.js";
import { assertRulesFit } from "../access/rpc-roles.js";
import { type AccessRoutesParts, accessRoutes } from "./access.js";
import { type AuthenticationParts, authenticationRoutes } from "./authentication.js";
import { type BackrestParts, backrestRoutes } from "./backrest.js";
import { type BoardRoutesParts, boardRoutes } from "./board.js";
import { type ConnectionsRoutesParts, connectionsRoutes } from "./connections.js";
import { type FleetRoutesParts, fleetRoutes } from "./fleet.js";
import { type HealthSource, healthRoutes } from "./health.js";
import { type HistoryRoutesParts, historyRoutes } from "./history.js";
import { type HubServiceParts, hubServiceRoutes } from "./hub-service.js";
import { type PairingRoutesParts, pairingRoutes } from "./pairing.js";
import { type PeersRoutesParts, peersRoutes } from "./peers.js";
import { type PushRoutesParts, pushRoutes } from "./pushes.js";
import { reflectionRoutes } from "./reflection.js";
import { type SyncParts, syncRoutes } from "./sync.js";
import { type SyncStateParts, syncStateRoutes } from "./sync-state.js";

/** What the hub serves, besides reflection. */
export const SERVICES: readonly DescService[] = [
  BackrestSyncService,
  BackrestSyncStateService,
  Backrest,
  Authentication,
  PeersService,
  PairingService,
  ConnectionService,
  AccessService,
  PushService,
  FleetService,
  HistoryService,
  BoardService,
  HubService,
  Health,
];

export interface RoutesParts {
  readonly sync: SyncParts;
  readonly syncState: SyncStateParts;
  readonly backrest: BackrestParts;
  readonly peers: PeersRoutesParts;
  readonly pairing: PairingRoutesParts;
  readonly connections: ConnectionsRoutesParts;
  readonly access: AccessRoutesParts & AuthenticationParts;
  readonly pushes: PushRoutesParts;
  readonly fleet: FleetRoutesParts;
  readonly board: BoardRoutesParts;
  readonly history: HistoryRoutesParts;
  readonly hub: HubServiceParts;
  readonly health: HealthSource;
}

/**
 * Every service of the hub, one file each.
 * @throws HubError, when the routes are made, for an rpc of which nobody said who may call it
 */
export function hubRoutes(parts: RoutesParts): (router: ConnectRouter) => void {
  return (router) => {
    syncRoutes(router, parts.sync);
    syncStateRoutes(router, parts.syncState);
    backrestRoutes(router, parts.backrest);
    peersRoutes(router, parts.peers);
    pairingRoutes(router, parts.pairing);
    connectionsRoutes(router, parts.connections);
    accessRoutes(router, parts.access);
    authenticationRoutes(router, parts.access);
    pushRoutes(router, parts.pushes);
    fleetRoutes(router, parts.fleet);
    boardRoutes(router, parts.board);
    historyRoutes(router, parts.history);
    hubServiceRoutes(router, parts.hub);
    healthRoutes(router, { source: parts.health, services: SERVICES });
    reflectionRoutes(router, { services: SERVICES });
    assertRulesFit(router.handlers.map(({ method }) => method));
  };
}
