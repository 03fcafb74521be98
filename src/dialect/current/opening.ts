import { create } from "@bufbuild/protobuf";
import { type SyncItem, SyncItemSchema } from "../../../gen/hub/wire/v1/sync_pb.js";
import { HubError } from "../../errors.js";
import type { CatchUpStep } from "../catch-up.js";
import { type Dialect, HUB_CAPABILITIES, type HubMessage, type PeerHello, type PeerMessage } from "../dialect.js";
import type { Ed25519Identity } from "../identity.js";
import { nameOf } from "../item-name.js";
import type { Opening, OpeningStep } from "../opening.js";
import { ManifestCatchUp } from "./catch-up.js";
import { CURRENT_NAMES, readCurrentItem, writeCurrentItem } from "./codec.js";
import type { EphemeralKeys } from "./ephemeral-keys.js";
import { readSessionHandshake, writeSessionHandshake } from "./handshake.js";
import { answerKeyExchange, readPublicKey } from "./key-exchange.js";
import type { SessionSecrets } from "./key-schedule.js";
import { RecordOpener, RecordSealer } from "./records.js";

/** What a current peer proved in its opening. */
export interface CurrentHello extends PeerHello {
  readonly generation: "current";
  /** 32 bytes in base64 without padding, as Backrest's configuration has it. */
  readonly publicKey: string;
}

/** Who the hub is, as this generation's opening needs it. */
export interface CurrentHost {
  readonly instanceId: string;
  readonly ed25519: Pick<Ed25519Identity, "keyid" | "ed25519pub" | "sign">;
}

export interface CurrentOpeningParts {
  readonly host: CurrentHost;
  readonly keys: EphemeralKeys;
  /** Resolves when this session may have its key exchange; rejects when it may not. */
  readonly turn: () => Promise<void>;
}

/** The current generation's opening: a key exchange in the clear, then the peer's handshake in the first record. */
export class CurrentOpening implements Opening<CurrentHello, CurrentDialect> {
  readonly generation = "current";
  readonly #parts: CurrentOpeningParts;
  #state: "public-key" | "busy" | "over" | CurrentDialect = "public-key";

  constructor(parts: CurrentOpeningParts) {
    this.#parts = parts;
  }

  async receive(item: SyncItem): Promise<OpeningStep<CurrentHello, CurrentDialect>> {
    const state = this.#state;
    if (state === "busy") {
      this.#state = "over";
      throw new HubError(
        "invalid_argument",
        "this Backrest went on before its key exchange was answered; this does not look like a Backrest",
      );
    }
    if (state === "over") throw new HubError("internal", "an opening that is over was given an item");
    this.#state = state === "public-key" ? "busy" : "over";
    if (state !== "public-key") return { step: "hello", hello: state.readHandshake(item), dialect: state };
    const publicKey = readPublicKey(item);
    await this.#parts.turn();
    const answer = await answerKeyExchange(publicKey, this.#parts.keys);
    if (this.#state !== "busy") throw new HubError("canceled", "this session is over", { level: "debug" });
    this.#state = new CurrentDialect(this.#parts.host, answer.secrets);
    return { step: "answer", item: answer.item };
  }
}

/** What one session of the current generation speaks: items in records, with keys of its own. */
export class CurrentDialect implements Dialect {
  readonly generation = "current";
  readonly #host: CurrentHost;
  readonly #transcript: Uint8Array;
  readonly #opener: RecordOpener;
  readonly #sealer: RecordSealer;
  #capabilities: readonly string[] = [];

  constructor(host: CurrentHost, secrets: SessionSecrets) {
    this.#host = host;
    this.#transcript = secrets.transcript;
    this.#opener = new RecordOpener(secrets.initiatorToResponder);
    this.#sealer = new RecordSealer(secrets.responderToInitiator);
  }

  /**
   * The peer's first record.
   * @throws HubError `permission_denied` or `invalid_argument`, in words for the peer's operator
   */
  readHandshake(record: SyncItem): CurrentHello {
    const item = this.#opener.open(record);
    if (item.action.case !== "handshake") {
      throw new HubError(
        "invalid_argument",
        `the first encrypted message is ${nameOf(item, CURRENT_NAMES)}, not a handshake; this does not look like a Backrest`,
      );
    }
    const claim = readSessionHandshake(item.action.value, this.#transcript);
    if (claim.keyid === this.#host.ed25519.keyid) {
      throw new HubError("permission_denied", "this is the hub's own key; a Backrest needs an identity of its own", {
        refusal: "hub-identity",
      }).claimedBy(claim);
    }
    this.#capabilities = claim.capabilities;
    return { generation: "current", clearText: false, ...claim };
  }

  writeHandshake(): SyncItem {
    const { ed25519, instanceId } = this.#host;
    const value = writeSessionHandshake(
      { identity: ed25519, instanceId, pairingSecret: "", capabilities: HUB_CAPABILITIES },
      this.#transcript,
    );
    return create(SyncItemSchema, { action: { case: "handshake", value } });
  }

  read(record: SyncItem): PeerMessage {
    return readCurrentItem(this.#opener.open(record), this.#capabilities);
  }

  write(message: HubMessage): SyncItem {
    return writeCurrentItem(message);
  }

  seal(item: SyncItem): SyncItem {
    return this.#sealer.seal(item);
  }

  beginCatchUp(_known: unknown, nowMs: number): CatchUpStep {
    return ManifestCatchUp.begin(nowMs);
  }
}
