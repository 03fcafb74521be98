import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Client, createClient, type Transport } from "@connectrpc/connect";
import { AccessService, Role } from "../../gen/hub/v1/access_pb.js";
import { FleetService, Verdict } from "../../gen/hub/v1/fleet_pb.js";
import { PairingService, PairingTokenStatus } from "../../gen/hub/v1/pairing_pb.js";
import { KnockReason } from "../../gen/hub/v1/peers_pb.js";
import { PushService, PushState } from "../../gen/hub/v1/pushes_pb.js";
import { OperationStatus } from "../../gen/v1/operations_pb.js";
import { ConnectionState, type PeerState } from "../../gen/v1sync/syncservice_pb.js";
import { callHub, eventually, tokenTransport } from "../support/hub-calls.js";
import { openedUrl, type Program, start } from "./programs.js";

const { CONNECTED, DISCONNECTED, PENDING, RETRY_WAIT } = ConnectionState;
const { STATUS_SUCCESS, STATUS_ERROR, STATUS_INPROGRESS, STATUS_PENDING } = OperationStatus;
const DAY_MS = 86_400_000;
const STEADY = ["accounting-pc", "home-assistant-pi", "till-1", "wiki", "vps-fra-1", "k8s-node-1", "db-primary"];

let demo: Program;
let hub: ReturnType<typeof callHub>;
let transport: Transport;
let fleet: Client<typeof FleetService>;
let access: Client<typeof AccessService>;
let dataDir = "";
let url = "";
let token = "";

beforeAll(async () => {
  demo = start(["demo", "--listen", "127.0.0.1:0"]);
  await demo.until(/Ctrl\+C ends it/);
  dataDir = /--data-dir (\S+)/.exec(demo.said.out)?.[1] ?? "";
  url = openedUrl(demo);
  token = readFileSync(join(dataDir, "admin-token"), "utf8").trim();
  hub = callHub({ url, token });
  transport = tokenTransport(url, token);
  fleet = createClient(FleetService, transport);
  access = createClient(AccessService, transport);
}, 30_000);

afterAll(async () => {
  demo.process.kill("SIGKILL");
  await demo.ended;
  rmSync(dataDir, { recursive: true, force: true });
});

describe("demo", () => {
  test("SIM5: well-behaved machines are connected, with plans, repos and settings whose secrets are masked", async () => {
    await eventually(async () => {
      for (const name of [...STEADY, "photo-nas"]) {
        const state = await stateOf(name);
        expect(state).toMatchObject({ state: CONNECTED, statusMessage: "connected" });
        expect([state.knownPlans.length, state.knownRepos.length, state.remoteConfig?.repos.length]).not.toContain(0);
        expect(state.remoteConfig?.repos[0]).toMatchObject({
          password: "***hidden***",
        });
      }
    }, 15_000);
  }, 20_000);

  test("SIM5: each has a year of history", async () => {
    await eventually(async () => {
      const ofTheYear = await operationsOf("git-forge");
      expect(ofTheYear.length).toBeGreaterThan(900);
      const first = Math.min(...ofTheYear.map(({ unixTimeStartMs }) => Number(unixTimeStartMs)));
      expect(Date.now() - first).toBeGreaterThan(363 * DAY_MS);
    }, 15_000);
  }, 20_000);

  test("SIM5: backups are under way at nearly all times, and tell how far they are", async () => {
    await eventually(async () => {
      const { operations } = await hub.backrest.getOperations({ selector: {}, lastN: 400n });
      const running = operations.filter(({ status }) => status === STATUS_INPROGRESS);
      const parts = running.map(({ op }) =>
        op.case === "operationBackup" ? op.value.lastStatus?.entry.case : undefined,
      );
      expect(parts).toContain("status");
    }, 15_000);
    const seen: boolean[] = [];
    for (let look = 0; look < 20; look++) {
      seen.push(((await fleet.getFleet({})).summary?.running ?? 0) > 0);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    expect(seen.filter(Boolean).length).toBeGreaterThan(10);
  }, 30_000);

  test("SIM5: one fails its backups, one stopped twelve days ago", async () => {
    const failing = (await operationsOf("photo-nas")).filter(
      ({ op, planId, status }) => op.case === "operationBackup" && planId === "originals" && status !== STATUS_PENDING,
    );
    expect(failing.slice(-2).map(({ status }) => status)).toEqual([STATUS_ERROR, STATUS_ERROR]);
    expect(failing.slice(0, 60).map(({ status }) => status)).toContain(STATUS_SUCCESS);
    await eventually(async () => {
      expect([RETRY_WAIT, DISCONNECTED]).toContain((await stateOf("depot-nas")).state);
    }, 10_000);
    const ended = (await operationsOf("depot-nas")).map(({ unixTimeEndMs }) => Number(unixTimeEndMs));
    expect(Math.round((Date.now() - Math.max(...ended)) / DAY_MS)).toBeGreaterThanOrEqual(12);
  }, 20_000);

  test("SIM10: each of the seven verdicts is seen", async () => {
    await eventually(async () => {
      const { instances, summary } = await fleet.getFleet({});
      const shown = Object.fromEntries(instances.map(({ instanceId, verdict }) => [instanceId, Verdict[verdict]]));
      expect(shown).toMatchObject({
        "accounting-pc": "FAILING",
        "photo-nas": "FAILING",
        "depot-nas": "OVERDUE",
        "reception-pc": "OVERDUE",
        "k8s-node-3": "NEVER",
        "warehouse-pc": "UNKNOWN",
        "clinic-nas": "UNKNOWN",
        "old-server": "UNKNOWN",
        "sales-laptop-3": "LATE",
        "studio-mac": "LATE",
        "media-box": "PAUSED",
      });
      expect(Object.values(shown).filter((verdict) => verdict === "OK")).toHaveLength(13);
      expect(summary).toMatchObject({ machines: 24, needAttention: 7, snoozed: 1, plansWithWarnings: 1 });
      const sent = instances.find(({ instanceId }) => instanceId === "clinic-nas")?.plans;
      expect(sent?.map(({ planId, verdict }) => `${planId} ${Verdict[verdict]}`).sort()).toEqual([
        "documents OK",
        "images OK",
        "lab UNKNOWN",
        "patients OK",
      ]);
    }, 15_000);
  }, 20_000);

  test("SIM8: the log of a backup that failed is read over the hub", async () => {
    const failed = (await operationsOf("photo-nas")).filter(
      ({ op, status }) => op.case === "operationBackup" && status === STATUS_ERROR,
    );
    const { logref, displayMessage } = failed.at(-1) ?? {};
    const log = await logOf(logref ?? "");
    expect(log).toMatch(/ restic -r b2-cold backup --json --tag plan:originals\n/);
    expect(log).toContain(`\n${displayMessage}\n`);
  }, 20_000);

  test("SIM5: one comes and goes, one is wrong about its clock, one waits and is let in", async () => {
    const seen = new Set<ConnectionState>();
    await eventually(async () => {
      seen.add((await stateOf("till-2")).state);
      expect(seen).toEqual(new Set([CONNECTED, RETRY_WAIT]));
    }, 15_000);
    expect(await stateOf("old-server")).toMatchObject({ state: DISCONNECTED, statusMessage: "has not connected yet" });
    const newcomer = await stateOf("front-desk-kiosk");
    expect(newcomer.state).toBe(PENDING);
    await hub.peers.approvePeer({ keyid: newcomer.peerKeyid });
    await eventually(async () => expect((await stateOf("front-desk-kiosk")).state).toBe(CONNECTED), 30_000);
  }, 60_000);

  test("SIM12: people, tokens, pushes in every state, a request for another key and an audit log are there to look at", async () => {
    expect(demo.said.out).toContain("Sign in as ada");
    const [, password = ""] = /with the password (\S+)/.exec(demo.said.out) ?? [];
    for (const [username, role] of [
      ["ada", Role.ADMIN],
      ["ole", Role.OPERATOR],
      ["vera", Role.VIEWER],
    ] as const) {
      expect((await access.login({ username, password })).caller).toMatchObject({ name: username, role });
    }
    expect((await access.listAccessTokens({})).tokens.map(({ name }) => name)).toEqual(["ansible", "grafana"]);
    const { tokens } = await createClient(PairingService, transport).listPairingTokens({});
    expect(tokens.map(({ label, status }) => `${label}: ${PairingTokenStatus[status]}`)).toEqual([
      "Tills: GOOD",
      "Front desk, new PC: GOOD",
      "Forgotten laptop: EXPIRED",
      "All machines of the demo: GOOD",
    ]);
    expect(tokens[0]?.usedBy.toSorted()).toEqual(["till-1", "till-2"]);
    const pushes = createClient(PushService, transport);
    await eventually(async () => {
      const states = new Set((await pushes.listPushes({})).pushes.map(({ state }) => PushState[state]));
      expect([...states].sort()).toEqual(["APPLIED", "PENDING", "REFUSED", "SENT", "SUPERSEDED"]);
    }, 30_000);
    const { knocks } = await hub.peers.listPeers({});
    expect(knocks.find(({ instanceId }) => instanceId === "clinic-nas")?.reason).toBe(KnockReason.INSTANCE_TAKEN);
    const { events } = await access.listAuditEvents({});
    expect(new Set(events.map(({ caller }) => caller?.name))).toEqual(new Set(["admin", "ada", "ole", "vera"]));
    expect(
      events.filter(({ outcome }) => outcome !== "ok").map(({ action, outcome }) => `${action} ${outcome}`),
    ).toEqual(["v1.Authentication/Login unauthenticated", "hub.v1.AccessService/SetUserRole permission_denied"]);
  }, 60_000);

  test("SIM5: its guide is no longer than a screen", () => {
    const lines = demo.said.out.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(30);
    expect(lines[2]).toBe(`    ${url}/`);
  });

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
    expect(readdirSync(join(folder, "hub-fleet"))).toHaveLength(25);
    rmSync(folder, { recursive: true });
  }, 30_000);

  test("SIM12: with --machines so many come, a few with each trouble", async () => {
    const program = start(["demo", "--listen", "127.0.0.1:0", "--machines", "120"]);
    try {
      await program.until(/Ctrl\+C ends it/);
      const [, path = ""] = /--data-dir (\S+)/.exec(program.said.out) ?? [];
      const own = readFileSync(join(path, "admin-token"), "utf8").trim();
      const many = createClient(FleetService, tokenTransport(openedUrl(program), own));
      await eventually(async () => {
        const { instances } = await many.getFleet({});
        expect(instances).toHaveLength(120);
        const ok = instances.filter(({ verdict }) => verdict === Verdict.OK);
        expect(ok.length).toBeGreaterThan(90);
        expect(ok.length).toBeLessThan(120 - 11);
      }, 40_000);
    } finally {
      program.process.kill("SIGTERM");
    }
    expect(await program.ended).toMatchObject({ code: 0, err: "" });
  }, 60_000);

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
