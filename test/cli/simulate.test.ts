import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { PairingService } from "../../gen/hub/v1/pairing_pb.js";
import { openHistoryFile } from "../../src/client/simulate/history-file.js";
import { generationOf } from "../../src/client/simulate/generations.js";
import { seededEd25519Identity, seededIdentity } from "../../src/client/simulate/seeded-identity.js";
import { callHub, tokenTransport } from "../support/hub-calls.js";
import { type HubProcess, startHubProcess } from "../support/hub-process.js";
import { type Ended, runToEnd } from "./programs.js";

interface Told {
  readonly connected: number;
  readonly sent: number;
  readonly reconnects: number;
  readonly errors: number;
  readonly summary?: { readonly seed: number; readonly wellBehaved: number; readonly equal: number };
}

let hub: HubProcess;
let keep = "";

beforeAll(async () => {
  hub = await startHubProcess();
  keep = mkdtempSync(join(tmpdir(), "backrest-hub-keep-"));
}, 30_000);

afterAll(async () => {
  await hub.dispose();
  rmSync(keep, { recursive: true, force: true });
});

describe("simulate", () => {
  test("SIM6: against a hub process it ends with 0 and equal sets, and tells where it stands every 5 s", async () => {
    const ended = await simulate("--peers", "20", "--rate", "200", "--seconds", "6", "--seed", "3", "--keep", keep);
    expect([ended.code, ended.err]).toEqual([0, "20 simulated machines; the same ones again with --seed 3\n"]);
    const [first, last, ...more] = linesOf(ended);
    expect(more).toEqual([]);
    expect(first).toMatchObject({ connected: 20, reconnects: 0, errors: 0 });
    expect(first?.sent).toBeGreaterThan(500);
    expect(last).toMatchObject({ errors: 0, summary: { seed: 3, wellBehaved: 20, equal: 20 } });
    for (let n = 1; n <= 20; n++) {
      const instanceId = `sim-${String(n).padStart(4, "0")}`;
      const kept = openHistoryFile(join(keep, `${instanceId}.jsonl`), { instanceId });
      const seeded = generationOf(n - 1, "mixed") === "seed" ? seededIdentity : seededEd25519Identity;
      const shown = await callHub(hub).operationsOf(seeded(3, instanceId).keyid);
      const own = kept.history.all().map(({ id, status }) => `${id} ${status}`);
      expect(new Set([...shown.values()].map(({ originalId, status }) => `${originalId} ${status}`))).toEqual(
        new Set(own),
      );
      kept.close();
    }
  }, 40_000);

  test("SIM6: kept histories go on with the same seed; --remove leaves no peer behind", async () => {
    const args = ["--peers", "20", "--seconds", "2", "--seed", "3", "--keep", keep, "--misbehave", "poison=1,flap=1"];
    const ended = await simulate(...args, "--remove");
    expect([ended.code, linesOf(ended).at(-1)?.summary]).toMatchObject([0, { wellBehaved: 18, equal: 18 }]);
    expect((await callHub(hub).peers.listPeers({})).peers).toEqual([]);
  }, 40_000);

  test.each(["seed", "current"])(
    "SIM9: all machines speak the %s generation on demand, and no token is left behind",
    async (generation) => {
      const ended = await simulate("--peers", "4", "--seconds", "2", "--generation", generation);
      expect([ended.code, linesOf(ended).at(-1)?.summary]).toMatchObject([0, { wellBehaved: 4, equal: 4 }]);
      const { peers } = callHub(hub);
      const known = (await peers.listPeers({})).peers;
      expect(known.map(({ keyid }) => keyid.split(".")[0])).toEqual(
        Array.from({ length: 4 }, () => (generation === "seed" ? "ecdsa" : "ed25519")),
      );
      const pairing = createClient(PairingService, tokenTransport(hub.url, hub.token));
      expect((await pairing.listPairingTokens({})).tokens).toEqual([]);
      for (const { keyid } of known) await peers.removePeer({ peer: { case: "keyid", value: keyid } });
    },
    40_000,
  );

  test("SIM7: machines that are refused end it with 1, in words", async () => {
    // More than one address may have open by default.
    const ended = await simulate("--peers", "70", "--rate", "0", "--seconds", "3", "--seed", "9", "--remove");
    expect([ended.code, ended.err]).toEqual([1, expect.stringMatching(/error: sim-\d+.* lost a session or did not/)]);
  }, 40_000);

  test("SIM7: names that another seed's machines have are code 5, with what to do", async () => {
    const { peers } = callHub(hub);
    await peers.addPeer({ instanceId: "sim-0001", keyid: seededIdentity(1, "x").keyid });
    const ended = await simulate("--peers", "1", "--seconds", "1");
    expect([ended.code, ended.err]).toEqual([5, expect.stringContaining("Give their seed with --seed")]);
    await peers.removePeer({ peer: { case: "instanceId", value: "sim-0001" } });
  }, 20_000);

  test.each([
    [["--peers", "0"], "from 1 to 9999"],
    [["--rate", "-1"], "from 0 to 100000"],
    [["--generation", "next"], "mixed, current, seed"],
    [["--misbehave", "sulk=1"], "slow, freeze, give-up"],
    [["--misbehave", "slow=1,slow=2"], "each kind once"],
    [["--peers", "1", "--misbehave", "slow=2"], "more than the 1 of --peers"],
  ])("CLI2: %j is code 2 and says what is meant", async (args, words) => {
    const ended = await simulate(...args, "--seconds", "1");
    expect([ended.code, ended.err]).toEqual([2, expect.stringContaining(words)]);
  });

  test("CLI14: a wrong token is code 4", async () => {
    const ended = await runToEnd(["simulate", "--url", hub.url, "--token", "wrong", "--seconds", "1"]);
    expect(ended.code).toBe(4);
  });
});

function simulate(...args: string[]): Promise<Ended> {
  return runToEnd(["simulate", "--url", hub.url, "--token", hub.token, "--json", ...args]);
}

function linesOf({ out }: Ended): Told[] {
  return out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Told);
}
