import { PeerAdmission } from "../connections/admission.js";
import { GuessLimit } from "../connections/guess-limit.js";
import { KeyExchangeTurns } from "../connections/key-exchange-turns.js";
import { Pairing, type Paired } from "../connections/pairing.js";
import { currentKey } from "../connections/peer-status.js";
import { Peers } from "../connections/peers.js";
import { sessionRefusal } from "../connections/session-refusal.js";
import { TURN_LIMITS } from "../connections/turn-limits.js";
import { EphemeralKeys } from "../dialect/current/ephemeral-keys.js";
import { signEcdsa } from "../dialect/identity.js";
import { FirstItemOpening, type OpeningTurn } from "../dialect/opening.js";
import { SeedDialect } from "../dialect/seed.js";
import type { SyncParts } from "../rpc/sync.js";
import { FullPasses } from "../session/full-passes.js";
import { LogDesk } from "../session/log-desk.js";
import { Session, type SessionParts } from "../session/session.js";
import type { Ground } from "./ground.js";
import type { Pushing } from "./pushing.js";
import type { Watched } from "./watched.js";

/** The longest that one pass over a peer's history may take. */
const PASS_TIMEOUT_MS = 3_600_000;
/** How long a reader of a log waits for its machine. */
const LOG_READER_WAIT_MS = 60_000;
/** Key exchanges that come at once after a restart find half of their work done. */
const EPHEMERAL_KEYS_AHEAD = 64;

/** What lets peers in and runs their sessions. */
export interface Syncing extends SyncParts {
  readonly peers: Peers;
  readonly pairing: Pairing;
  readonly turns: KeyExchangeTurns;
  readonly logs: LogDesk;
  close(): void;
}

export function openSyncing(ground: Ground, watched: Watched, pushing: Pushing): Syncing {
  const { config, logger, store, clock, own } = ground;
  const { limits } = config;
  const { board, knocks, refusals, registry, status, pipeline } = watched;
  const fullPasses = new FullPasses(limits.fullPassIntervalMs, limits.fullPassBelow);
  const logs = new LogDesk({ store, logger, now: Date.now, readerWaitMs: LOG_READER_WAIT_MS });
  const pairing = pairingOf(ground, watched);
  const turns = new KeyExchangeTurns({
    ...TURN_LIMITS,
    perAddress: limits.maxKeyExchangesPerAddress,
    inAll: limits.maxKeyExchanges,
  });
  const keys = new EphemeralKeys(EPHEMERAL_KEYS_AHEAD);
  const sessionParts: SessionParts = {
    opening: openingOf(ground, keys),
    turns,
    admission: new PeerAdmission({
      store,
      knocks,
      pairing,
      onWrongSecret: (address) => turns.failed(address),
      own,
      allowsClearText: (address) => config.allowClearTextPeers.contains(address),
      onKnock: (knock, dropped) => status.knocked(knock, dropped),
      isConnected: (peerId) => registry.isConnected(peerId),
      now: Date.now,
    }),
    observer: status,
    registry,
    pipeline,
    logs,
    pushes: pushing.desk,
    fullPasses,
    onEnded: (session, reason) => {
      const note = sessionRefusal({ ...session, reason });
      if (note !== undefined) refusals.note(note);
    },
    loggerFor: (address) => ground.callerLogs.of(address),
    now: clock,
    wallClock: Date.now,
    limits: { ...limits, openingTimeoutMs: limits.requestTimeoutMs, passTimeoutMs: PASS_TIMEOUT_MS },
  };
  return {
    peers: new Peers({ store, knocks, board, status, sessions: registry, fullPasses, own, now: Date.now }),
    pairing,
    turns,
    logs,
    session: (requests, connection, signal) => new Session(sessionParts, connection).run(requests, signal),
    close: () => {
      logs.close();
      turns.close();
      keys.close();
    },
  };
}

function pairingOf({ store, clock, directory }: Ground, { registry, knocks, status, notices }: Watched): Pairing {
  const { instanceId, ed25519 } = directory.identity;
  return new Pairing({
    store,
    guesses: new GuessLimit(),
    own: { instanceId, keyid: ed25519.keyid },
    now: Date.now,
    monotonicMs: clock,
    onPaired: ({ kind, peer }: Paired) => {
      registry.readmit(peer.id);
      if (kind === "replaced") registry.rekeyed(peer.id);
      knocks.forget(currentKey(peer).keyid);
      if (kind === "replaced") status.rekeyed(peer);
      else status.added(peer);
      notices.changed("peers", "pairing-tokens");
    },
  });
}

function openingOf({ directory }: Ground, keys: EphemeralKeys): SessionParts["opening"] {
  const { instanceId, ecdsa, ed25519 } = directory.identity;
  const { keyid, ed25519pub } = ecdsa;
  const seed = new SeedDialect({
    instanceId,
    ecdsa: { keyid, ed25519pub, sign: (payload) => signEcdsa(ecdsa, payload) },
  });
  const current = { instanceId, ed25519 };
  return (turn: OpeningTurn) => new FirstItemOpening({ seed, current, keys }, turn);
}
