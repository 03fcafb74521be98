import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { SyncItemSchema } from "../../gen/hub/wire/v1/sync_pb.js";
import { type SyncStreamItem, SyncStreamItemSchema } from "../../gen/v1sync/syncservice_pb.js";
import { SessionHandshakeSchema, type SessionItem, SessionItemSchema } from "../../gen/v1sync3/session_pb.js";
import {
  readSessionHandshake,
  type SessionClaim,
  type SessionIntroduction,
  writeSessionHandshake,
} from "../dialect/current/handshake.js";
import { KeyExchange } from "../dialect/current/key-exchange.js";
import type { SessionSecrets } from "../dialect/current/key-schedule.js";
import { RecordOpener, RecordSealer } from "../dialect/current/records.js";
import { HubError } from "../errors.js";
import type { HostHello, KnownHost } from "./handshake.js";

/** What a session of the current generation speaks, from the client's side: items in records. */
export class PeerRecords {
  readonly #opener: RecordOpener;
  readonly #sealer: RecordSealer;

  constructor(secrets: SessionSecrets) {
    this.#opener = new RecordOpener(secrets.responderToInitiator);
    this.#sealer = new RecordSealer(secrets.initiatorToResponder);
  }

  /** At the moment when the item enters the stream, in the stream's order. */
  seal(item: SessionItem): SyncStreamItem {
    return this.sealBytes(toBinary(SessionItemSchema, item));
  }

  /** Seals bytes in the place of an item. */
  sealBytes(plaintext: Uint8Array): SyncStreamItem {
    return create(SyncStreamItemSchema, { action: { case: "encrypted", value: this.#sealer.sealBytes(plaintext) } });
  }

  /** @throws ConnectError `invalid_argument` */
  open({ action }: SyncStreamItem): SessionItem {
    if (action.case !== "encrypted") throw refused(`sent ${action.case ?? "an empty item"} in the clear`);
    const plaintext = asConnectError(() => this.#opener.openBytes(action.value));
    try {
      return fromBinary(SessionItemSchema, plaintext);
    } catch (cause) {
      throw refused("sent a record that holds no item", cause);
    }
  }
}

/** The peer's side of the current generation's opening, for one session. */
export class CurrentPeerOpening {
  /** In the clear, the session's first. */
  readonly first: SyncStreamItem;
  readonly #exchange: KeyExchange;
  readonly #own: SessionIntroduction;
  readonly #known: KnownHost | undefined;
  #transcript = new Uint8Array();

  private constructor(exchange: KeyExchange, own: SessionIntroduction, known: KnownHost | undefined) {
    this.#exchange = exchange;
    this.#own = own;
    this.#known = known;
    this.first = fromBinary(SyncStreamItemSchema, toBinary(SyncItemSchema, exchange.item));
  }

  /** @param known undefined accepts every host */
  static async begin(own: SessionIntroduction, known: KnownHost | undefined): Promise<CurrentPeerOpening> {
    return new CurrentPeerOpening(await KeyExchange.begin(), own, known);
  }

  /**
   * The host's first item, in the clear. What follows both ways are records, the peer's handshake first.
   * @throws ConnectError `invalid_argument`
   */
  async exchange(item: SyncStreamItem): Promise<PeerRecords> {
    const view = fromBinary(SyncItemSchema, toBinary(SyncStreamItemSchema, item));
    const secrets = await this.#exchange.finish(view).catch((reason: unknown) => {
      throw HubError.from(reason).toConnectError();
    });
    this.#transcript = Uint8Array.from(secrets.transcript);
    return new PeerRecords(secrets);
  }

  /** The peer's handshake, for its first record. It goes out before the host has shown who it is, as Backrest's does. */
  handshake(): SessionItem {
    const value = fromBinary(SessionHandshakeSchema, writeSessionHandshake(this.#own, this.#transcript));
    return create(SessionItemSchema, { action: { case: "handshake", value } });
  }

  /**
   * The checks of a client on the host's first record.
   * @throws ConnectError `permission_denied`
   */
  accept({ action }: SessionItem): HostHello {
    if (action.case !== "handshake") throw refused(`sent ${action.case ?? "an empty item"} before its handshake`);
    const { value } = action;
    const claim = asConnectError(() => readSessionHandshake(toBinary(SessionHandshakeSchema, value), this.#transcript));
    this.#checkHost(claim);
    return { instanceId: claim.instanceId, keyid: claim.keyid, capabilities: claim.capabilities };
  }

  #checkHost({ keyid, instanceId }: SessionClaim): void {
    const known = this.#known;
    if (keyid === this.#own.identity.keyid) throw refused("has this peer's own key");
    if (known !== undefined && known.keyid !== keyid) throw refused(`has the key ${keyid}, not ${known.keyid}`);
    if (known?.instanceId !== undefined && known.instanceId !== instanceId) {
      throw refused(`calls itself ${instanceId}, not ${known.instanceId}`);
    }
  }
}

function asConnectError<T>(read: () => T): T {
  try {
    return read();
  } catch (reason) {
    throw HubError.from(reason).toConnectError();
  }
}

function refused(what: string, cause?: unknown): ConnectError {
  return new ConnectError(`the host ${what}`, Code.PermissionDenied, undefined, undefined, cause);
}
