import { create } from "@bufbuild/protobuf";
import { type MachineGrant, MachineSettings } from "../../src/client/machine-settings.js";
import { CurrentPeer } from "../../src/client/current-peer.js";
import { type Ed25519Identity } from "../../src/dialect/identity.js";
import { PlanSchema } from "../../gen/v1/config_pb.js";
import type { NewOperation } from "../../src/client/history.js";
import { OperationStatus } from "../../gen/v1/operations_pb.js";
import { callHub } from "./hub-calls.js";
import { READ, repo } from "./push-peers.js";
import type { TestHub } from "./test-hub.js";

const DAY_MS = 86_400_000;
const GIB = 1024 ** 3;
const VAULT = repo("vault", { uri: "rest:https://nas:geheim@rest.example.org/nas" });
const USB = repo("usb", { uri: "/mnt/usb" });

/** A machine whose plan `labor` goes to a repo of which it sends no operations; secrets are in its configuration. */
export class Practice {
  readonly peer: CurrentPeer;
  readonly #settings: MachineSettings;

  constructor(
    readonly hub: TestHub,
    readonly instanceId = "praxis-nas",
    options: { readonly identity?: Ed25519Identity; readonly grants?: readonly MachineGrant[] } = {},
  ) {
    const { grants = [READ], ...own } = options;
    this.#settings = new MachineSettings({
      generation: "current",
      host: hub.directory.identity.instanceId,
      grants,
      modno: 214,
      repos: [VAULT, USB],
      plans: [plan("dokumente", "vault"), plan("labor", "usb"), plan("patienten", "vault")],
    });
    this.peer = new CurrentPeer({ url: hub.url, instanceId, settings: this.#settings, ...own });
    for (let day = 40; day > 0; day--) {
      this.backUp("dokumente", Date.now() - day * DAY_MS + 7_200_000, day === 20 ? 30 : 1 + (day % 3) / 2);
      if (day !== 8) this.backUp("patienten", Date.now() - day * DAY_MS + 3_600_000, 0.2);
    }
    for (let week = 5; week > 0; week--) this.#measure(Date.now() - week * 7 * DAY_MS, 400 + (6 - week) * 9);
    this.#maintain("operationCheck", Date.now() - 6 * DAY_MS);
    this.#maintain("operationPrune", Date.now() - 2 * DAY_MS);
  }

  async enrol(): Promise<void> {
    await callHub(this.hub).peers.addPeer({ instanceId: this.instanceId, keyid: this.peer.identity.keyid });
    await this.peer.connect();
  }

  /** A backup that ended after as many minutes as it added GiB. */
  backUp(planId: string, startMs: number, addedGib: number): void {
    this.peer.history.add({
      ...of(VAULT, planId, startMs, startMs + addedGib * 60_000),
      op: {
        case: "operationBackup",
        value: { lastStatus: { entry: { case: "summary", value: { dataAdded: BigInt(Math.round(addedGib * GIB)) } } } },
      },
    });
  }

  #measure(atMs: number, sizeGib: number): void {
    const stats = { totalSize: BigInt(sizeGib * GIB), snapshotCount: 412n };
    this.peer.history.add({
      ...of(VAULT, "_system_", atMs, atMs + 4_000),
      op: { case: "operationStats", value: { stats } },
    });
  }

  #maintain(kind: "operationCheck" | "operationPrune", atMs: number): void {
    this.peer.history.add({ ...of(VAULT, "_system_", atMs, atMs + 9_000), op: { case: kind, value: {} } });
  }
}

function plan(id: string, repoId: string) {
  return create(PlanSchema, {
    id,
    repo: repoId,
    paths: [`/volume1/${id}`],
    schedule: { schedule: { case: "maxFrequencyDays", value: 1 } },
  });
}

function of(
  { id, guid }: { readonly id: string; readonly guid: string },
  planId: string,
  startMs: number,
  endMs: number,
): Omit<NewOperation, "op"> {
  return {
    repoId: id,
    repoGuid: guid,
    planId,
    status: OperationStatus.STATUS_SUCCESS,
    unixTimeStartMs: BigInt(Math.round(startMs)),
    unixTimeEndMs: BigInt(Math.round(endMs)),
  };
}
