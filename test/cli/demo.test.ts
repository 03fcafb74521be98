import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Client, createClient } from "@connectrpc/connect";
import { FleetService, Verdict } from "../../gen/hub/v1/fleet_pb.js";
import { OperationStatus } from "../../gen/v1/operations_pb.js";
import { ConnectionState, type PeerState } from "../../gen/v1sync/syncservice_pb.js";
import { callHub, eventually, tokenTransport } from "../support/hub-calls.js";
import { type Program, start } from "./programs.js";

const { CONNECTED, DISCONNECTED, PENDING, RETRY_WAIT } = ConnectionState;
const { STATUS_SUCCESS, STATUS_ERROR, STATUS_INPROGRESS, STATUS_PENDING } = OperationStatus;
const DAY_MS = 86_400_000;
const STEADY = ["anna-laptop", "ben-desktop", "office-nas", "web-1", "web-2", "mail", "database"];

let demo: Program;
let hub: ReturnType<typeof callHub>;
let fleet: Client<typeof FleetService>;
let dataDir = "";

beforeAll(async () => {
  demo = start(["demo", "--listen", "127.0.0.1:0"]);
  await demo.until(/Ctrl\+C ends it/);
  dataDir = /--data-dir (\S+)/.exec(demo.said.out)?.[1] ?? "";
  const url = /listens at ([^\s,]+)/.exec(demo.said.out)?.[1] ?? "";
  const token = readFileSync(join(dataDir, "admin-token"), "utf8").trim();
  hub = callHub({ url, token });
  fleet = createClient(FleetService, tokenTransport(url, token));
}, 30_000);

afterAll(async () => {
  demo.process.kill("SIGKILL");
  await demo.ended;
  rmSync(dataDir, { recursive: true, force: true });
});

describe("demo", () => {
  test("SIM5: well-behaved machines are connected, with plans, repos and settings whose secrets are masked", async () => {
    await eventually(async () => {
      for (const name of [...STEADY, "build-server"]) {
        const state = await stateOf(name);
        expect(state).toMatchObject({ state: CONNECTED, statusMessage: "connected" });
        expect([state.knownPlans.length, state.knownRepos.length, state.remoteConfig?.repos.length]).not.toContain(0);
        expect(state.remoteConfig?.repos[0]).toMatchObject({
          password: "***hidden***",
          env: ["AWS_ACCESS_KEY_ID=***hidden***", "AWS_SECRET_ACCESS_KEY=***hidden***"],
        });
      }
    }, 15_000);
  }, 20_000);

  test("SIM5: each has ninety days of history, and backups are under way", async () => {
    const of90Days = await operationsOf("web-1");
    expect(of90Days.length).toBeGreaterThan(250);
    const first = Math.min(...of90Days.map(({ unixTimeStartMs }) => Number(unixTimeStartMs)));
    expect(Date.now() - first).toBeGreaterThan(88 * DAY_MS);
    await eventually(async () => {
      const { operations } = await hub.backrest.getOperations({ selector: {}, lastN: 100n });
      expect(operations.map(({ status }) => status)).toContain(STATUS_INPROGRESS);
    }, 10_000);
  }, 20_000);

  test("SIM5: one fails its backups, one stopped 23 days ago", async () => {
    const failing = (await operationsOf("build-server")).filter(
      ({ op, status }) => op.case === "operationBackup" && status !== STATUS_PENDING && status !== STATUS_INPROGRESS,
    );
    expect(new Set(failing.slice(-9).map(({ status }) => status))).toEqual(new Set([STATUS_ERROR]));
    expect(failing.slice(0, 60).map(({ status }) => status)).toContain(STATUS_SUCCESS);
    await eventually(async () => {
      expect([RETRY_WAIT, DISCONNECTED]).toContain((await stateOf("old-macbook")).state);
    }, 10_000);
    const ended = (await operationsOf("old-macbook")).map(({ unixTimeEndMs }) => Number(unixTimeEndMs));
    expect(Math.round((Date.now() - Math.max(...ended)) / DAY_MS)).toBeGreaterThanOrEqual(23);
  }, 20_000);

  test("SIM10: each of the seven verdicts is seen", async () => {
    await eventually(async () => {
      const { instances } = await fleet.getFleet({});
      const shown = Object.fromEntries(instances.map(({ instanceId, verdict }) => [instanceId, Verdict[verdict]]));
      expect(shown).toMatchObject({
        "build-server": "FAILING",
        "old-macbook": "OVERDUE",
        "new-server": "NEVER",
        "cellar-pi": "UNKNOWN",
        "weekend-laptop": "LATE",
        "print-server": "PAUSED",
      });
      expect(Object.values(shown)).toContain("OK");
    }, 15_000);
  }, 20_000);

  test("SIM8: the log of a backup that failed is read over the hub", async () => {
    const failed = (await operationsOf("build-server")).filter(
      ({ op, status }) => op.case === "operationBackup" && status === STATUS_ERROR,
    );
    const { logref, displayMessage } = failed.at(-1) ?? {};
    const log = await logOf(logref ?? "");
    expect(log).toMatch(/ restic -r offsite backup --json --tag plan:.*\nunchanged .*\/file-0\n/);
    expect(log).toContain(`\n${displayMessage}\n`);
  }, 20_000);

  test("SIM5: one comes and goes, one is wrong about its clock, one waits and is let in", async () => {
    const seen = new Set<ConnectionState>();
    await eventually(async () => {
      seen.add((await stateOf("train-tablet")).state);
      expect(seen).toEqual(new Set([CONNECTED, RETRY_WAIT]));
    }, 15_000);
    expect(await stateOf("cellar-pi")).toMatchObject({ state: DISCONNECTED, statusMessage: "has not connected yet" });
    const newcomer = await stateOf("newcomer");
    expect(newcomer.state).toBe(PENDING);
    await hub.peers.approvePeer({ keyid: newcomer.peerKeyid });
    await eventually(async () => expect((await stateOf("newcomer")).state).toBe(CONNECTED), 30_000);
  }, 60_000);

  test("SIM5: it ends with 0, and its data goes away with it", async () => {
    demo.process.kill("SIGTERM");
    expect(await demo.ended).toMatchObject({ code: 0, err: "" });
    expect(existsSync(dataDir)).toBe(false);
  });

  test("SIM5: asked twice it ends at once, and its data goes away all the same", async () => {
    const program = start(["demo", "--listen", "127.0.0.1:0"]);
    await program.until(/Ctrl\+C ends it/);
    const [, path = ""] = /--data-dir (\S+)/.exec(program.said.out) ?? [];
    program.process.kill("SIGTERM");
    program.process.kill("SIGINT");
    await program.ended;
    expect([existsSync(path), path]).toEqual([false, expect.stringContaining("backrest-hub-demo-")]);
  });

  test("SIM5: with --data-dir its data stays, and the same fleet goes on with it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "backrest-hub-demo-test-"));
    const again = ["demo", "--listen", "127.0.0.1:0", "--data-dir", join(folder, "hub")];
    for (let round = 0; round < 2; round++) {
      const program = start(again);
      await program.until(/its data stays in/);
      program.process.kill("SIGTERM");
      expect(await program.ended).toMatchObject({ code: 0, err: "" });
    }
    expect(readdirSync(join(folder, "hub-fleet"))).toHaveLength(15);
    rmSync(folder, { recursive: true });
  }, 30_000);

  test("SIM5: `npm run demo` starts it, and hands its flags on", async () => {
    const child = spawn("npm", ["run", "demo", "--silent", "--", "--help"], { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    child.stdout.on("data", (data: Buffer) => void (said += data.toString()));
    await new Promise((done) => child.once("close", done));
    expect([child.exitCode, said]).toEqual([0, expect.stringContaining("Run a hub with a simulated fleet")]);
  }, 60_000);
});

async function stateOf(instanceId: string): Promise<PeerState> {
  for await (const state of hub.states.getPeerSyncStatesStream({})) {
    if (state.peerInstanceId === instanceId) return state;
  }
  throw new Error(`the hub shows no ${instanceId}`);
}

async function logOf(ref: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const { value } of hub.backrest.getLogs({ ref })) pieces.push(value);
  return Buffer.concat(pieces).toString();
}

async function operationsOf(instanceId: string) {
  const { peerKeyid } = await stateOf(instanceId);
  return [...(await hub.operationsOf(peerKeyid)).values()].toSorted((a, b) =>
    Number(a.unixTimeStartMs - b.unixTimeStartMs),
  );
}
