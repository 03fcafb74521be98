import { create } from "@bufbuild/protobuf";
import type { OperationStatus } from "../../gen/v1/operations_pb.js";
import {
  RemoteConfigSchema,
  SyncStreamItem_SyncActionReceiveResourcesSchema as ResourcesSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import { SeedPeer } from "../../src/client/peer.js";
import { backup, ERROR, SUCCESS } from "./sample-operations.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How a machine's one plan has done. */
export interface Doing {
  /** Hours since its daily backups stopped; absent: none ever ended well. */
  readonly lastSuccessHours?: number;
  readonly failuresSince?: number;
  /** Absent: it does not show its configuration. */
  readonly schedule?: "daily" | "disabled";
  /** How many of them there were. */
  readonly backups?: number;
  readonly sends?: "operations" | "nothing";
}

/** One machine for each verdict, by the clock of now. */
export const SEVEN: Readonly<Record<string, Doing>> = {
  failing: { lastSuccessHours: 50, failuresSince: 2, schedule: "daily" },
  overdue: { lastSuccessHours: 100, schedule: "daily" },
  never: { failuresSince: 3, schedule: "daily" },
  unknown: { schedule: "daily", sends: "nothing" },
  late: { lastSuccessHours: 26, schedule: "daily" },
  paused: { lastSuccessHours: 500, schedule: "disabled" },
  ok: { lastSuccessHours: 2, schedule: "daily" },
};

export function machineOf(name: string, url: string, doing: Doing): SeedPeer {
  const schedule =
    doing.schedule === "daily"
      ? ({ schedule: { case: "maxFrequencyDays", value: 1 } } as const)
      : ({ schedule: { case: "disabled", value: true } } as const);
  const peer = new SeedPeer({
    url,
    instanceId: name,
    resources: create(ResourcesSchema, { plans: [{ id: "home" }] }),
    ...(doing.schedule === undefined
      ? {}
      : { config: create(RemoteConfigSchema, { plans: [{ id: "home", schedule }] }) }),
  });
  if (doing.sends !== "nothing") live(peer, doing);
  return peer;
}

function live({ history }: SeedPeer, { lastSuccessHours, failuresSince = 0, backups = 10 }: Doing): void {
  const add = (startMs: number, status: OperationStatus) =>
    history.add({
      ...backup("home"),
      status,
      unixTimeStartMs: BigInt(Math.round(startMs)),
      unixTimeEndMs: BigInt(Math.round(startMs) + 60_000),
      displayMessage: status === ERROR ? "repository is already locked" : "",
    });
  const now = Date.now();
  if (lastSuccessHours !== undefined) {
    for (let day = backups - 1; day >= 0; day--) add(now - lastSuccessHours * HOUR_MS - day * DAY_MS, SUCCESS);
  }
  for (let n = failuresSince; n > 0; n--) add(now - n * HOUR_MS, ERROR);
}
