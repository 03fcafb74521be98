import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Repo, RepoSchema } from "../../gen/v1/config_pb.js";
import {
  type RemoteConfig,
  RemoteConfigSchema,
  type SyncStreamItem_SyncActionSetConfig as SetConfig,
  SyncStreamItem_SyncActionSetConfigSchema as SetConfigSchema,
} from "../../gen/v1sync/syncservice_pb.js";

/** Keeps bytes unreadable without the sealing key. */
export interface Seals {
  seal(plain: Uint8Array): Uint8Array;
  /** @throws HubError `failed_precondition` when the key is another one */
  open(sealed: Uint8Array): Uint8Array;
}

/** What of pushes holds secrets, on its way to the store and back. */
export class Vault {
  readonly #seals: Seals;

  constructor(seals: Seals) {
    this.#seals = seals;
  }

  sealRepo(repo: Repo): Uint8Array {
    return this.#seals.seal(toBinary(RepoSchema, repo));
  }

  /** Undefined when it does not open any more. */
  openRepo(sealed: Uint8Array): Repo | undefined {
    return this.#tryToOpen(sealed, (plain) => fromBinary(RepoSchema, plain));
  }

  sealChange(change: SetConfig): Uint8Array {
    return this.#seals.seal(toBinary(SetConfigSchema, change));
  }

  /** Undefined when it does not open any more. */
  openChange(sealed: Uint8Array): SetConfig | undefined {
    return this.#tryToOpen(sealed, (plain) => fromBinary(SetConfigSchema, plain));
  }

  /** A peer's configuration as the store keeps it; undefined when there is none, or it does not open any more. */
  openConfig(sealed: Uint8Array | undefined): RemoteConfig | undefined {
    return sealed === undefined ? undefined : this.#tryToOpen(sealed, (plain) => fromBinary(RemoteConfigSchema, plain));
  }

  /** The loss of the sealing key costs what is sealed and nothing else: a peer sends its configuration again. */
  #tryToOpen<T>(sealed: Uint8Array, read: (plain: Uint8Array) => T): T | undefined {
    try {
      return read(this.#seals.open(sealed));
    } catch {
      return undefined;
    }
  }
}
