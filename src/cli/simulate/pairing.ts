import { createClient } from "@connectrpc/connect";
import { PairingService } from "../../../gen/hub/v1/pairing_pb.js";
import type { SimulatedMachine } from "../../client/simulate/machine.js";
import { call, type RunningTarget } from "../hub-connection.js";

/** Where it is not taken back, a token of a run that was killed ends by itself. */
const TTL_SECONDS = 3_600n;

/** The pairing token of one run, for as many machines as there are to pair; gone with the run. */
export class RunToken {
  readonly #hub: RunningTarget;
  readonly #client;
  readonly #label: string;
  #id: bigint | undefined;

  constructor(hub: RunningTarget, label: string) {
    this.#hub = hub;
    this.#label = label;
    this.#client = createClient(PairingService, hub.transport);
  }

  /** Gives machines of the current generation what they pair with at their first connection. */
  async give(machines: readonly SimulatedMachine[]): Promise<void> {
    if (machines.length === 0) return;
    const request = { label: this.#label, maxUses: machines.length, ttl: { seconds: TTL_SECONDS } };
    const { token, secret } = await call(this.#hub, () => this.#client.createPairingToken(request));
    this.#id = token?.id;
    for (const machine of machines) machine.pairWith(secret);
  }

  /** Never rejects: it ends by itself, and why the run ended is worth more. */
  async revoke(): Promise<void> {
    const id = this.#id;
    this.#id = undefined;
    if (id !== undefined) await call(this.#hub, () => this.#client.revokePairingToken({ id })).catch(() => {});
  }
}
