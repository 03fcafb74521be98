import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { SeedPeer } from "../src/client/peer.js";
import { eventually } from "./support/hub-calls.js";
import { findProgram, testWith } from "./support/programs.js";

const run = promisify(execFile);
const ROOT = process.cwd();
const README = readFileSync("README.md", "utf8");
const PORT = 19_870 + (process.pid % 100);

/** The code blocks of the README, in order. */
const BLOCKS = [...README.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", code = ""]) => ({
  language,
  code,
}));

let home = "";
let hub: ChildProcess;
let env: NodeJS.ProcessEnv = {};
const output: string[] = [];

// The README's reader: a home of its own, nothing set, and the hub started by its first block.
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "backrest-hub-readme-"));
  const grpcurl = findProgram("grpcurl");
  const path = [process.env["PATH"], grpcurl === undefined ? undefined : resolve(grpcurl, "..")].filter(
    (part) => part !== undefined,
  );
  env = { PATH: path.join(delimiter), HOME: home, NODE_NO_WARNINGS: "1" };
  hub = spawn("npm", ["start", "--silent", "--", "--listen", `127.0.0.1:${PORT}`], { cwd: ROOT, env });
  hub.stdout?.on("data", (chunk: Buffer) => output.push(String(chunk)));
  hub.stderr?.on("data", (chunk: Buffer) => output.push(String(chunk)));
  await eventually(async () => expect((await fetch(`http://127.0.0.1:${PORT}/readyz`)).status).toBe(200), 30_000);
}, 60_000);

afterAll(async () => {
  const ended = new Promise((done) => hub.once("close", done));
  hub.kill("SIGTERM");
  // Not only npm, but the hub behind it, which holds the pipes.
  await ended;
  rmSync(home, { recursive: true, force: true });
});

describe("README", () => {
  test("DOC1: the first screen shows the two commands, and nothing else to run", () => {
    expect(BLOCKS.slice(0, 2)).toEqual([
      { language: "sh", code: "npm start\n" },
      { language: "sh", code: "npm test\n" },
    ]);
  });

  test("DOC2: connecting a Backrest, line by line", async () => {
    const identity = await shell(blockWith("backrest-hub identity"));
    const [keyId = ""] = /ecdsa\.\S+/.exec(identity) ?? [];
    const [, instanceId = ""] = /instance id\s+(\S+)/.exec(identity) ?? [];
    // The lines for the client's configuration, filled in as their reader would.
    const fragment = blockWith('"knownHosts"')
      .replace("INSTANCE-ID-OF-THE-HUB", instanceId)
      .replace("ecdsa.KEY-ID-OF-THE-HUB", keyId);
    const config = JSON.parse(`{${fragment}}`) as {
      sync: { knownHosts: { instanceUrl: string; keyId: string; instanceId: string }[] };
    };
    const [known] = config.sync.knownHosts;
    if (known === undefined) throw new Error("the README names no host");
    const peer = new SeedPeer({
      instanceId: "laptop",
      url: atPort(known.instanceUrl),
      knownHost: { keyid: known.keyId, instanceId: known.instanceId },
    });
    try {
      await expect(peer.connect()).rejects.toThrow("waiting for approval");
      const letIn = blockWith("peers approve");
      expect(letIn).toContain("ecdsa.KEY-ID-OF-THE-MACHINE");
      const shown = await shell(letIn.replace("ecdsa.KEY-ID-OF-THE-MACHINE", peer.identity.keyid));
      expect(shown).toContain("laptop");
      await peer.connect();
      await eventually(async () => expect(await shell("npx backrest-hub states")).toMatch(/laptop.*connected/i));
    } finally {
      peer.kill();
    }
  }, 60_000);

  testWith("grpcurl")(
    "DOC3: calling the hub with grpcurl, line by line",
    async () => {
      const shown = await shell(blockWith("grpcurl -plaintext"));
      expect(shown).toContain("v1sync.BackrestSyncService");
      expect(shown).toContain("rpc GetPeerSyncStatesStream");
      expect(shown).toContain('"peerInstanceId": "laptop"');
    },
    60_000,
  );

  test("DOC4: reading it from a Connect web client", async () => {
    // Beside the compiled code, where the README's reader has the project's packages.
    const program = join(ROOT, "dist", "test", `readme-client-${process.pid}.mjs`);
    writeFileSync(
      program,
      atPort(blockWith("getPeerSyncStatesStream({ subscribe: true }").replace('"./dist/', '"../')),
    );
    const token = readFileSync(join(home, ".local", "share", "backrest-hub", "admin-token"), "utf8").trim();
    const child = spawn(process.execPath, [program], { cwd: ROOT, env: { ...env, TOKEN: token } });
    let shown = "";
    child.stdout.on("data", (chunk: Buffer) => (shown += String(chunk)));
    child.stderr.on("data", (chunk: Buffer) => (shown += String(chunk)));
    try {
      await eventually(() => expect(shown).toMatch(/^laptop (RETRY_WAIT|DISCONNECTED|CONNECTED)/m), 10_000);
    } finally {
      child.kill("SIGKILL");
      rmSync(program);
    }
  }, 30_000);
});

function blockWith(text: string): string {
  const block = BLOCKS.find(({ code }) => code.includes(text));
  if (block === undefined) throw new Error(`the README has no block with ${text}`);
  return block.code;
}

/** The README's address, where this test's hub listens. */
function atPort(text: string): string {
  return text.replaceAll("127.0.0.1:9899", `127.0.0.1:${PORT}`);
}

/** Runs lines as their reader would type them, in the clone; any that fails ends it. */
async function shell(lines: string): Promise<string> {
  const { stdout } = await run("bash", ["-euc", atPort(lines)], { cwd: ROOT, env });
  return stdout;
}
