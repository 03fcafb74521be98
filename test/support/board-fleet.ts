import { create } from "@bufbuild/protobuf";
import type { OperationStatus } from "../../gen/v1/operations_pb.js";
import {
  RemoteConfigSchema,
  SyncStreamItem_SyncActionReceiveResourcesSchema as ResourcesSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import { SeedPeer } from "../../src/client/peer.js";
import { callHub, eventually } from "./hub-calls.js";
import { backup, ERROR, SUCCESS } from "./sample-operations.js";
import type { TestHub } from "./test-hub.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PLANS = ["home", "system"] as const;
/** Sessions that open at a time. */
const AT_ONCE = 8;

type Doing = "ok" | "failing" | "failing alone" | "overdue" | "unknown" | "late" | "paused" | "never";

/** What every so many machines do; the first that fits. */
const DOINGS: readonly (readonly [every: number, at: number, doing: Doing])[] = [
  [25, 1, "failing"],
  [100, 3, "failing alone"],
  [100, 7, "overdue"],
  [100, 11, "unknown"],
  [50, 13, "late"],
  [50, 17, "paused"],
  [100, 19, "never"],
];

/** A machine of such a fleet, with two plans; the first does what the machine does, the second is well. */
export class BoardMachine {
  readonly peer: SeedPeer;

  constructor(
    readonly n: number,
    hub: Pick<TestHub, "url">,
    private readonly days: number,
    doing: Doing = DOINGS.find(([every, at]) => n % every === at)?.[2] ?? "ok",
  ) {
    const instanceId = `${["nord", "sued", "west", "lager"][n % 4] ?? ""}-${String(n).padStart(4, "0")}`;
    const plan = (id: string, off: boolean) => ({
      id,
      schedule: {
        schedule: off
          ? ({ case: "disabled", value: true } as const)
          : ({ case: "maxFrequencyDays", value: 1 } as const),
      },
    });
    this.peer = new SeedPeer({
      url: hub.url,
      instanceId,
      sendQueue: { items: 10_000, patienceMs: 30_000 },
      resources: create(ResourcesSchema, { plans: PLANS.map((id) => ({ id })) }),
      config: create(RemoteConfigSchema, { plans: PLANS.map((id) => plan(id, id === "home" && doing === "paused")) }),
    });
    if (doing !== "unknown") this.#past(doing);
  }

  #past(doing: Exclude<Doing, "unknown">): void {
    this.#live("system", 3 + (this.n % 7));
    switch (doing) {
      case "ok":
        return this.#live("home", 2 + (this.n % 11));
      case "failing":
        this.#live("home", 40);
        return this.#fail("home", 2, "rest-west.example:8000: connection refused");
      case "failing alone":
        this.#live("home", 60);
        return this.#fail("home", 1, `no space left on device /srv/${this.n}`);
      case "overdue":
        return this.#live("home", 80 + this.n);
      case "late":
        return this.#live("home", 27);
      case "paused":
        return this.#live("home", 900);
      case "never":
        return this.#fail("home", 3, "permission denied: /var/lib/etcd");
    }
  }

  /** A backup runs; so much of it is done. */
  run(planId: string, fraction = 0.1): bigint {
    const { id } = this.peer.history.start({
      ...backup(planId),
      op: { case: "operationBackup", value: progress(fraction) },
    });
    return id;
  }

  progress(id: bigint, fraction: number): void {
    this.peer.history.update(id, { op: { case: "operationBackup", value: progress(fraction) } });
  }

  finish(id: bigint, status: OperationStatus = SUCCESS, displayMessage = ""): void {
    this.peer.history.finish(id, status, { displayMessage });
  }

  #live(planId: string, lastHours: number): void {
    for (let day = this.days - 1; day >= 0; day--) {
      const failed = (this.n * 31 + day * 7) % 41 === 0 && day > 0;
      this.#add(planId, Date.now() - lastHours * HOUR_MS - day * DAY_MS, failed ? ERROR : SUCCESS);
    }
  }

  #fail(planId: string, times: number, message: string): void {
    for (let n = times; n > 0; n--) this.#add(planId, Date.now() - n * HOUR_MS, ERROR, message);
  }

  #add(planId: string, startMs: number, status: OperationStatus, displayMessage = ""): void {
    const unixTimeStartMs = BigInt(Math.round(startMs));
    this.peer.history.add({
      ...backup(planId),
      status,
      unixTimeStartMs,
      unixTimeEndMs: unixTimeStartMs + 60_000n,
      displayMessage,
    });
  }
}

function progress(fraction: number) {
  const totalBytes = 66n * 1024n ** 3n;
  return {
    lastStatus: {
      entry: {
        case: "status",
        value: {
          percentDone: fraction,
          totalBytes,
          bytesDone: BigInt(Math.round(Number(totalBytes) * fraction)),
          totalFiles: 1_000n,
          filesDone: BigInt(Math.round(1_000 * fraction)),
        },
      },
    },
  } as const;
}

/** Lets a machine in and connects it. */
export async function letIn(hub: Pick<TestHub, "url" | "token">, peer: SeedPeer): Promise<void> {
  await callHub(hub).peers.addPeer({ instanceId: peer.instanceId, keyid: peer.identity.keyid });
  // A busy hub has not always the time for an opening; a Backrest tries anew, too.
  await eventually(() => peer.connect({ newConnection: true }), 60_000);
}

/** So many machines, let in and connected, with the history of so many days. */
export async function connectFleet(
  hub: Pick<TestHub, "url" | "token">,
  machines: number,
  days: number,
): Promise<readonly BoardMachine[]> {
  const all: BoardMachine[] = [];
  let next = 0;
  const connect = async () => {
    while (next < machines) {
      const machine = new BoardMachine(next++, hub, days);
      all.push(machine);
      await letIn(hub, machine.peer);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, connect));
  return all.toSorted((a, b) => a.n - b.n);
}
