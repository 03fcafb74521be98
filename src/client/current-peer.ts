import type { MessageInitShape } from "@bufbuild/protobuf";
import type { SessionItem, SessionItemSchema } from "../../gen/v1sync3/session_pb.js";
import { type Ed25519Identity, generateEd25519Identity } from "../dialect/identity.js";
import { CurrentSpeech } from "./current-speech.js";
import { Peer, type PeerOptions } from "./peer.js";

export interface CurrentPeerOptions extends PeerOptions<SessionItem> {
  /** A new one by default. */
  readonly identity?: Ed25519Identity;
  /** Sent with every handshake until the peer has been in session with its host. */
  readonly pairingSecret?: string;
}

/** A Backrest of the current generation, v1.13 to v1.14. */
export class CurrentPeer extends Peer<SessionItem, MessageInitShape<typeof SessionItemSchema>> {
  readonly identity: Ed25519Identity;
  /** Empty for none. */
  pairingSecret: string;

  constructor(options: CurrentPeerOptions) {
    super(options, {
      name: "current",
      speech: () =>
        new CurrentSpeech(
          {
            identity: this.identity,
            instanceId: this.instanceId,
            pairingSecret: this.pairingSecret,
            capabilities: this.capabilities,
          },
          options.knownHost,
        ),
      configVersion: 6,
      queueItems: 256,
    });
    this.identity = options.identity ?? generateEd25519Identity();
    this.pairingSecret = options.pairingSecret ?? "";
  }
}
