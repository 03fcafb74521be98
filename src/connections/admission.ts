import type { PeerHello } from "../dialect/dialect.js";
import { HubError } from "../errors.js";
import type { RefusalCause } from "../refusal.js";
import type { PeerRecord, Store } from "../store/store.js";
import type { Knock, KnockList, KnockReason } from "./knocks.js";
import type { Pairing } from "./pairing.js";

/** Where a peer calls from, as far as letting it in is concerned. */
export interface Caller {
  readonly address: string;
  readonly encrypted: boolean;
  readonly loopback: boolean;
}

export interface AdmissionParts {
  readonly store: Pick<Store, "findPeerByKey" | "findPeerByInstance">;
  readonly knocks: KnockList;
  readonly pairing: Pick<Pairing, "attempt">;
  /** Counts a secret that is no token's against the address that it came from. */
  readonly onWrongSecret: (address: string) => void;
  /** The hub's own ids: nobody else may use them. */
  readonly own: { readonly instanceId: string; readonly keyids: readonly string[] };
  /** Whether clear-text peers from this address are accepted. */
  readonly allowsClearText: (address: string) => boolean;
  readonly onKnock: (knock: Knock, dropped: Knock | undefined) => void;
  /** Whether the peer has a session: then it is not the one that calls under its name with another key. */
  readonly isConnected: (peerId: number) => boolean;
  readonly now: () => number;
}

/**
 * Lets peers in, or says why not. What a stranger proves is only that it holds its key: without a token's secret it is
 * refused, listed as waiting, and let in when a person has approved it.
 */
export class PeerAdmission {
  readonly #parts: AdmissionParts;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /** @throws HubError `permission_denied`, in words for the peer's operator */
  async admit(hello: PeerHello, caller: Caller): Promise<PeerRecord> {
    const { own, store } = this.#parts;
    if (own.keyids.includes(hello.keyid)) {
      throw new HubError("permission_denied", "this is the hub's own key; a Backrest needs an identity of its own", {
        refusal: "hub-identity",
      });
    }
    if (hello.instanceId === own.instanceId) {
      throw new HubError(
        "permission_denied",
        `the instance id "${hello.instanceId}" is the hub's own; give this Backrest another one`,
        { refusal: "hub-identity" },
      );
    }
    if (hello.clearText && !caller.loopback && !this.#parts.allowsClearText(caller.address)) {
      throw this.#refuse(
        hello,
        caller,
        "clear-text",
        "clear-text-peer",
        `Backrest v1.11 to v1.12 sync in clear text, and the hub does not accept that from ${caller.address}; have the hub's operator start the hub with --allow-clear-text-peers and this machine's network, or reach the hub through a tunnel`,
      );
    }
    const peer = await store.findPeerByKey(hello.keyid);
    if (peer === undefined || !isCurrent(peer, hello.keyid)) {
      const paired = await this.#pair(hello, caller);
      if (paired !== undefined) return paired;
      if (peer === undefined) throw await this.#refuseStranger(hello, caller);
      throw new HubError(
        "permission_denied",
        "the hub knows this Backrest by a newer key; if this machine went back to its old one, have the hub's operator remove the peer and add it anew",
        { refusal: "key-replaced" },
      );
    }
    if (peer.instanceId !== hello.instanceId) {
      throw this.#refuse(
        hello,
        caller,
        "instance-mismatch",
        "instance-renamed",
        `the hub knows this key as instance "${peer.instanceId}", but it calls itself "${hello.instanceId}"; give this Backrest its old instance id back, or have the hub's operator remove the peer and add it anew`,
      );
    }
    this.#parts.knocks.forget(hello.keyid);
    return peer;
  }

  /** Nothing where no secret came. What it resolves to is durable. */
  async #pair(hello: PeerHello, { address, ...caller }: Caller): Promise<PeerRecord | undefined> {
    const { keyid, instanceId, generation, pairingSecret: secret } = hello;
    if (secret === "") return undefined;
    const { pairing, store } = this.#parts;
    const outcome = await pairing.attempt({ secret, keyid, instanceId, generation, address });
    if (outcome.kind !== "refused") return outcome.peer;
    const { reason, error } = outcome;
    if (reason === "too-many-tries") throw error;
    if (reason === "key-known") {
      // Another session of the same machine may have paired in the meantime.
      const peer = await store.findPeerByKey(keyid);
      if (peer?.instanceId === instanceId && isCurrent(peer, keyid)) return peer;
    }
    if (reason === "unknown") this.#parts.onWrongSecret(address);
    const namesake = await store.findPeerByInstance(instanceId);
    const shownAs = namesake === undefined ? "unknown-key" : "instance-taken";
    const cause = reason === "instance-taken" ? this.#causeOfTaken(namesake) : (error.refusal ?? "token-unknown");
    throw this.#refuse(hello, { address, ...caller }, shownAs, cause, error.message);
  }

  async #refuseStranger(hello: PeerHello, caller: Caller): Promise<HubError> {
    const namesake = await this.#parts.store.findPeerByInstance(hello.instanceId);
    if (namesake !== undefined) {
      return this.#refuse(
        hello,
        caller,
        "instance-taken",
        this.#causeOfTaken(namesake),
        `the hub knows "${hello.instanceId}" by another key, and this Backrest wants to replace it: if it is that machine, installed anew or upgraded, have the hub's operator run \`backrest-hub peers approve ${hello.keyid}\`; if not, give it an instance id of its own`,
      );
    }
    return this.#refuse(
      hello,
      caller,
      "unknown-key",
      "unknown-key",
      `the hub does not know this Backrest yet; it is waiting for approval now (\`backrest-hub peers approve ${hello.keyid}\`); then it connects within minutes, at once ${hello.generation === "seed" ? "when Save is pressed in its Settings" : "when it is restarted"}`,
    );
  }

  /** A name in use belongs to another machine; one whose peer is away, most likely to that machine with a new key. */
  #causeOfTaken(namesake: PeerRecord | undefined): RefusalCause {
    return namesake === undefined || this.#parts.isConnected(namesake.id) ? "instance-taken" : "key-changed";
  }

  #refuse(hello: PeerHello, caller: Caller, reason: KnockReason, cause: RefusalCause, message: string): HubError {
    const { knock, dropped } = this.#parts.knocks.record(
      {
        keyid: hello.keyid,
        instanceId: hello.instanceId,
        address: caller.address,
        reason,
        message,
      },
      this.#parts.now(),
    );
    if (knock !== undefined) this.#parts.onKnock(knock, dropped);
    return new HubError("permission_denied", message, { refusal: cause });
  }
}

function isCurrent(peer: PeerRecord, keyid: string): boolean {
  return peer.keys.some((key) => key.current && key.keyid === keyid);
}
