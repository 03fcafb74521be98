import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { RemoteConfigSchema } from "../../gen/v1sync/syncservice_pb.js";
import { maskRemoteConfig } from "../access/mask.js";
import { Alternation } from "../connections/alternation.js";
import { PeerBoard } from "../connections/board.js";
import { FleetBoard } from "../connections/fleet-board.js";
import { KnockList } from "../connections/knocks.js";
import { PeerStatus } from "../connections/peer-status.js";
import { Refusals } from "../connections/refusals.js";
import type { HubError } from "../errors.js";
import { OperationFeed } from "../history/feed.js";
import { IngestPipeline } from "../history/pipeline.js";
import { IngestMeter } from "../metrics/ingest-meter.js";
import { Notices } from "../notices.js";
import { SessionRegistry } from "../session/registry.js";
import type { Session } from "../session/session.js";
import type { Ground } from "./ground.js";

/** How long full queues are waited for before a session ends. */
const QUEUE_FULL_TIMEOUT_MS = 1_000;
/** What live operations may take in memory while readers catch up: about 100,000 whole, and ids of 4,000,000. */
const FEED_LIMITS = { wholeBytes: 64 << 20, thinBytes: 32 << 20 };

/** What the hub knows of its peers now, what sessions write and readers watch. */
export interface Watched {
  readonly board: PeerBoard;
  readonly knocks: KnockList;
  readonly refusals: Refusals;
  readonly registry: SessionRegistry<Session>;
  readonly feed: OperationFeed;
  readonly ingest: IngestMeter;
  readonly fleet: FleetBoard;
  readonly pipeline: IngestPipeline;
  readonly status: PeerStatus;
  readonly notices: Notices;
  /** Ends every reader with this error. */
  stop(error: HubError): void;
  close(): void;
}

export async function openWatched(ground: Ground): Promise<Watched> {
  const { config, logger, store, sealer, clock } = ground;
  const notices = new Notices();
  const board = new PeerBoard(notices, (keyid, connected) => refusals.sessionChanged(keyid, connected));
  const fleet = new FleetBoard({ store, logger, now: Date.now });
  const refusals = new Refusals({
    store,
    logger,
    now: Date.now,
    onChanged: (id, entry) => fleet.refusalChanged(id, entry),
  });
  await refusals.load();
  const alternation = new Alternation();
  const registry = new SessionRegistry<Session>((peerId, older, newer) => {
    if (!alternation.displaced(peerId, older.address, newer.address, clock())) return;
    refusals.note({ ...newer.view(), cause: "key-shared", message: `its other address is ${older.address}` });
  });
  const feed = new OperationFeed(store, FEED_LIMITS);
  const ingest = new IngestMeter();
  const pipeline = new IngestPipeline(
    store,
    feed,
    { ...config.limits, queueFullTimeoutMs: QUEUE_FULL_TIMEOUT_MS },
    {
      onStored: (outcome, tookMs) => ingest.stored(outcome, tookMs, clock()),
      onBackupsChanged: (peerId) => fleet.backupsChanged(peerId),
      onBackupProgress: (peerId, progress) => fleet.backupProgress(peerId, progress),
    },
  );
  const status = new PeerStatus({
    store,
    board,
    logger,
    now: Date.now,
    mask: maskRemoteConfig,
    seal: (remoteConfig) => sealer.seal(toBinary(RemoteConfigSchema, remoteConfig)),
    unseal: (sealed) => fromBinary(RemoteConfigSchema, sealer.open(sealed)),
    follower: fleet,
  });
  await fleet.begin();
  await status.load();
  return {
    board,
    knocks: new KnockList(config.limits.maxKnocks, notices),
    refusals,
    registry,
    feed,
    ingest,
    fleet,
    pipeline,
    status,
    notices,
    stop: (error) => {
      for (const one of [board, refusals, fleet, feed, notices]) one.stop(error);
    },
    close: () => {
      status.close();
      fleet.close();
      notices.close();
    },
  };
}
