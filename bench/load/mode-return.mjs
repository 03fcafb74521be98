import { spawn } from "node:child_process";
import { once } from "node:events";
import { answers } from "./h2.mjs";
import { Peer, kemKeyPair } from "./peer.mjs";
import { hostCpu, percentiles, round, sleep } from "./measure.mjs";

/** A Backrest whose session lasted dials again after a second in the current generation, and at once in the seed's. */
const RETRY_MS = { current: 1_000, seed: 0 };
const AT_ONCE = 16; // for the first time, which is not measured
const REFUSED_RETRY_MS = 250; // no answer at all: the host is not up yet

/** N sessions from several loopback addresses; the host is killed and started again, and all of them come back. */
export async function run(o) {
  const n = o.n ?? 1000, identities = o.identities().slice(0, n);
  if (identities.length < n) throw new Error(`only ${identities.length} identities for ${n} sessions`);
  await kemKeyPair();
  const dial = async (k) => {
    const peer = new Peer(identities[k], o.url, { timeoutMs: 60_000, localAddress: `127.0.0.${1 + (k % o.addresses)}` });
    await peer.open();
    return peer;
  };
  let host = spawn(o.command[0], o.command.slice(1), { stdio: "ignore" });
  const up = async () => { while (!(await answers(o.url))) await sleep(10); };
  await up();
  const peers = [];
  const places = identities.keys();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => { for (const k of places) peers[k] = await dial(k); }));
  await sleep(1_000);
  const gone = once(host, "exit");
  host.kill("SIGKILL");
  await Promise.all([gone, ...peers.map((p) => p.ended)]);
  const t0 = performance.now();
  host = spawn(o.command[0], o.command.slice(1), { stdio: "ignore" });
  const listening = up().then(() => performance.now() - t0);
  let tries = 0;
  const back = await Promise.all(identities.map(async (_, k) => {
    await sleep(RETRY_MS[o.gen]);
    for (;;) {
      tries++;
      try { peers[k] = await dial(k); return performance.now() - t0; } catch (e) { if (performance.now() - t0 > 60_000) throw e; await sleep(REFUSED_RETRY_MS); }
    }
  }));
  const cpuS = hostCpu(host.pid);
  for (const p of peers) p.close();
  const ended = once(host, "exit");
  host.kill("SIGTERM");
  await ended;
  return { ok: true, sessions: n, listeningMs: round(await listening), allBackMs: round(Math.max(...back)), ms: percentiles(back), tries, hostCpuMsPerOpening: round(cpuS * 1e3 / n, 2) };
}
