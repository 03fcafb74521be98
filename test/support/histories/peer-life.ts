import { createClient } from "@connectrpc/connect";
import { expect } from "@jest/globals";
import { PairingService } from "../../../gen/hub/v1/pairing_pb.js";
import { type Operation, OperationStatus } from "../../../gen/v1/operations_pb.js";
import { CurrentPeer } from "../../../src/client/current-peer.js";
import { History } from "../../../src/client/history.js";
import { SeedPeer } from "../../../src/client/peer.js";
import { callHub, eventually, tokenTransport } from "../hub-calls.js";
import { Random } from "../random.js";
import type { TestHub } from "../test-hub.js";
import { PLANS, RandomChanges } from "./changes.js";

const ADDRESSES = 50;

/** How often each of the rarer things happened, so that a run can say that all of them did. */
export interface Happenings {
  upgrades: number;
  resets: number;
  narrowed: number;
  widened: number;
}

/** One machine through its random life, and the chance that drives it. Its own history is the model. */
export class PeerLife {
  readonly #seed: number;
  readonly #random: Random;
  readonly #changes: RandomChanges;
  readonly #happened: Happenings;
  #peer: SeedPeer | CurrentPeer;
  /** Plans that the hub may not see at the moment. */
  #hidden = new Set<string>();

  constructor(seed: number, url: string, happened: Happenings) {
    this.#seed = seed;
    this.#random = new Random(seed * 7919 + 1);
    this.#changes = new RandomChanges(this.#random);
    this.#happened = happened;
    const options = { ...this.#options(url), history: new History({ instanceId: `peer-${seed}` }) };
    this.#peer = seed % 2 === 0 ? new SeedPeer(options) : new CurrentPeer(options);
  }

  get keyid(): string {
    return this.#peer.identity.keyid;
  }

  get instanceId(): string {
    return `peer-${this.#seed}`;
  }

  kill(): void {
    this.#peer.kill();
  }

  async round(hub: TestHub): Promise<void> {
    await this.#changes.make(this.#peer.history, this.#random.below(6));
    switch (this.#random.below(10)) {
      case 0:
        this.#peer.kill();
        break;
      case 1:
        this.#peer.restart();
        break;
      case 2:
        // As after a change of the configuration: a second connection, while the first stays open.
        await this.#connect(true);
        break;
      case 3:
        await this.#sendAgain();
        break;
      case 4:
        await this.#regrant();
        break;
      case 5:
        if (this.#random.chance(0.4)) await this.#reset(hub);
        else await this.#upgrade(hub);
        break;
      default:
        await this.#connect(false);
    }
    await this.#changes.make(this.#peer.history, this.#random.below(8));
  }

  async settle(): Promise<void> {
    this.#peer.kill();
    await eventually(async () => {
      await this.#peer.connect();
    });
    // A change that nobody is told of would show in the next session only.
    await this.#changes.make(this.#peer.history, this.#random.below(3), { transforms: false });
  }

  async expectEqual(hub: TestHub): Promise<void> {
    await eventually(async () => {
      const shown = await callHub(hub).operationsOf(this.keyid);
      const own = new Map(this.#granted().map((operation) => [operation.id, operation]));
      expect(describeAll(shown, `seed ${this.#seed}`)).toEqual(describeAll(own, `seed ${this.#seed}`));
      expectFlows(own, shown);
    }, 20_000);
  }

  #options(url: string) {
    return {
      instanceId: this.instanceId,
      url,
      // One address has only so many key exchanges a second.
      localAddress: `127.0.1.${1 + (this.#seed % ADDRESSES)}`,
      forwards: (operation: Operation) => this.#isGranted(operation),
    };
  }

  #isGranted({ planId }: Operation): boolean {
    return !this.#hidden.has(planId);
  }

  #granted(): Operation[] {
    return this.#peer.history.all().filter((operation) => this.#isGranted(operation));
  }

  /** A session that does not come about (the hub is just restarting) is a peer that is away. */
  async #connect(newConnection: boolean): Promise<void> {
    await this.#peer.connect({ newConnection }).catch(() => {});
  }

  /** Another plan is hidden from the hub, or none any more; Backrest then dials anew. */
  async #regrant(): Promise<void> {
    const widens = this.#hidden.size > 0 && this.#random.chance(0.5);
    if (widens) this.#happened.widened++;
    else this.#happened.narrowed++;
    this.#hidden = new Set(widens ? [] : [...this.#hidden, this.#random.pick(PLANS) ?? PLANS[0]]);
    await this.#connect(true);
  }

  /** Its database is lost, or deleted: the key is the same, and all numbers are given out again. */
  async #reset(hub: TestHub): Promise<void> {
    this.#happened.resets++;
    this.#peer.kill();
    const options = { ...this.#options(hub.url), history: new History({ instanceId: this.instanceId }) };
    this.#peer =
      this.#peer instanceof SeedPeer
        ? new SeedPeer({ ...options, identity: this.#peer.identity })
        : new CurrentPeer({ ...options, identity: this.#peer.identity });
    await this.#changes.make(this.#peer.history, this.#random.below(6));
    await this.#connect(false);
  }

  /** From v1.12 to v1.13, or installed anew with its database: a new key, for which a person made a token. */
  async #upgrade(hub: TestHub): Promise<void> {
    this.#happened.upgrades++;
    const pairing = createClient(PairingService, tokenTransport(hub.url, hub.token));
    const { secret } = await pairing.createPairingToken({ forInstance: this.instanceId });
    this.#peer.restart();
    const { history } = this.#peer;
    const upgraded = new CurrentPeer({ ...this.#options(hub.url), history, pairingSecret: secret });
    this.#peer = upgraded;
    await upgraded.connect();
    upgraded.pairingSecret = "";
    // As Backrest does as soon as its secret is used.
    await upgraded.connect({ newConnection: true });
  }

  async #sendAgain(): Promise<void> {
    const operations = this.#granted().slice(-this.#random.below(20) - 1);
    if (operations.length === 0) return;
    const event = {
      event: { case: this.#random.chance(0.5) ? "createdOperations" : "updatedOperations", value: { operations } },
    } as const;
    for (let times = this.#random.below(3); times >= 0; times--) {
      const action = { case: "receiveOperations", value: { event } } as const;
      if (this.#peer instanceof CurrentPeer) await this.#peer.sendItem({ action });
      else await this.#peer.sendItem({ action });
    }
  }
}

function describeAll(operations: ReadonlyMap<bigint, Operation>, seed: string): Record<string, string> {
  const described: Record<string, string> = { seed };
  for (const [id, { status, planId, op, unixTimeStartMs, displayMessage }] of operations) {
    described[String(id)] = [OperationStatus[status], planId, op.case, unixTimeStartMs, displayMessage].join(" ");
  }
  return described;
}

/** What is one flow at the peer is one flow at the hub, and the other way round. */
function expectFlows(own: ReadonlyMap<bigint, Operation>, shown: ReadonlyMap<bigint, Operation>): void {
  const groups = (operations: ReadonlyMap<bigint, Operation>) => {
    const flows = new Map<bigint, bigint[]>();
    for (const id of [...operations.keys()].toSorted((a, b) => Number(a - b))) {
      const flow = operations.get(id)?.flowId ?? 0n;
      flows.set(flow, [...(flows.get(flow) ?? []), id]);
    }
    return [...flows.values()].map((ids) => ids.join(" "));
  };
  expect(groups(shown)).toEqual(groups(own));
}
