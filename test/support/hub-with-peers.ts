import type { OperationEvent } from "../../gen/v1/operations_pb.js";
import { SeedPeer } from "../../src/client/peer.js";
import { callHub, eventually } from "./hub-calls.js";
import { type Flags, startTestHub, type TestHub } from "./test-hub.js";

/** A test's hub, its peers and its followers, closed together. */
export class HubWithPeers {
  readonly #peers: SeedPeer[] = [];
  readonly #stop = new AbortController();
  readonly #followers: Promise<void>[] = [];

  private constructor(readonly hub: TestHub) {}

  static async start(flags: Flags = {}): Promise<HubWithPeers> {
    return new HubWithPeers(await startTestHub(flags));
  }

  /** A machine that is let in and has not connected yet. */
  readonly addPeer = async (instanceId: string): Promise<SeedPeer> => {
    // Roomier than a Backrest's queue: these tests are not about a peer that gives up in a burst.
    const peer = new SeedPeer({ instanceId, url: this.hub.url, sendQueue: { items: 10_000, patienceMs: 5_000 } });
    this.#peers.push(peer);
    await callHub(this.hub).peers.addPeer({ instanceId, keyid: peer.identity.keyid });
    return peer;
  };

  /** Follows the operations; resolves once the first message is there. */
  readonly follow = async (): Promise<OperationEvent[]> => {
    const got: OperationEvent[] = [];
    const run = async () => {
      try {
        const { signal } = this.#stop;
        for await (const event of callHub(this.hub).backrest.getOperationEvents({}, { signal })) got.push(event);
      } catch (reason) {
        if (!this.#stop.signal.aborted) throw reason;
      }
    };
    this.#followers.push(run());
    await eventually(() => {
      if (got.length === 0) throw new Error("no first message yet");
    });
    return got;
  };

  async close(): Promise<void> {
    for (const peer of this.#peers) peer.kill();
    this.#stop.abort();
    await Promise.allSettled(this.#followers);
    await this.hub.close();
  }
}
