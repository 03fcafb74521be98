import { fromBinary } from "@bufbuild/protobuf";
import { SyncStreamItem_SyncActionReceiveResourcesSchema as ResourcesSchema } from "../../gen/v1sync/syncservice_pb.js";
import type { KnownGrants } from "../fleet/host-grants.js";
import type { PeerRecord } from "../store/store.js";

/** The repos and plans that a peer named when it last listed them. */
export function listedBy({ facts }: PeerRecord): KnownGrants["listed"] {
  if (facts.resources === undefined) return { repos: new Set(), plans: new Set() };
  const { repos, plans } = fromBinary(ResourcesSchema, facts.resources);
  return { repos: new Set(repos.map(({ id }) => id)), plans: new Set(plans.map(({ id }) => id)) };
}
